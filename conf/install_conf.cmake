# SPDX-License-Identifier: Apache-2.0
# The units with the programs' paths, and the configuration, unless there is one.
foreach(unit sms2fad.service sms2fa-metrics.service)
  configure_file(${SMS2FA_SOURCE}/systemd/${unit}.in ${SMS2FA_BUILD}/${unit} @ONLY)
  file(INSTALL ${SMS2FA_BUILD}/${unit} DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
endforeach()

set(place $ENV{DESTDIR}${SMS2FA_SYSCONFDIR}/sms2fa)
if(NOT EXISTS ${place})
  file(MAKE_DIRECTORY ${place})
  file(CHMOD ${place} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE)
endif()
foreach(file ${SMS2FA_BUILD}/sms2fa.conf ${SMS2FA_SOURCE}/users.conf)
  get_filename_component(name ${file} NAME)
  if(EXISTS ${place}/${name})
    message(STATUS "Kept: ${SMS2FA_SYSCONFDIR}/sms2fa/${name}")
  else()
    file(INSTALL ${file} DESTINATION ${SMS2FA_SYSCONFDIR}/sms2fa
      FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
  endif()
endforeach()
