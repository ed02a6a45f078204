# SPDX-License-Identifier: Apache-2.0
# The unit with the daemon's path, and the configuration, unless there is one.
configure_file(${SMS2FA_SOURCE}/systemd/sms2fad.service.in ${SMS2FA_BUILD}/sms2fad.service @ONLY)
file(INSTALL ${SMS2FA_BUILD}/sms2fad.service DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)

set(place $ENV{DESTDIR}${SMS2FA_SYSCONFDIR}/sms2fa)
if(NOT EXISTS ${place})
  file(MAKE_DIRECTORY ${place})
  file(CHMOD ${place} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE)
endif()
foreach(name sms2fa.conf users.conf)
  if(EXISTS ${place}/${name})
    message(STATUS "Kept: ${SMS2FA_SYSCONFDIR}/sms2fa/${name}")
  else()
    file(INSTALL ${SMS2FA_SOURCE}/${name} DESTINATION ${SMS2FA_SYSCONFDIR}/sms2fa
      FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
  endif()
endforeach()
