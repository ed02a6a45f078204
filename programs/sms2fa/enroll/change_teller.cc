// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/enroll/change_teller.h"

#include <utility>

#include "lib/base/text.h"
#include "lib/session/enroll_wording.h"
#include "lib/session/plain_message.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

ChangeTeller::ChangeTeller(const std::string& configuration)
    : settings_(read_configuration(configuration)) {
  messenger_ = settings_ ? make_messenger(settings_->delivery, clock_)
                         : Result<std::unique_ptr<Messenger>>(settings_.error());
}

// Returns why it may not arrive; "" when all is well or nobody has to be told.
std::string ChangeTeller::send(const std::string& user, const std::string& what, Lane lane,
                               StateAccess& access) const {
  const auto number = access.number_of(user);
  if (!number) return number.error().message;
  if (!*number) return "";
  if (!messenger_) return messenger_.error().message;
  LoginRequest request;
  request.user = user;
  request.lane = lane;
  // What limits a source has nothing to do with it: nobody asked for a message.
  request.caller = "change of " + user;
  const PlainSending sending =
      send_plain(request, *settings_, **access.directory(), **messenger_, access.store(), clock_,
                 **number, Secret(wording::change_notice(host_name(), what)));
  return sending.may_arrive ? "" : sending.detail;
}

void ChangeTeller::tell(const std::string& user, const std::string& what, StateAccess& access,
                        const Console& console) const {
  const std::string why = send(user, what, Lane::proven, access);
  if (why.empty()) return;
  note_untold(user, why, access);
  console.warn(escape(user) + "'s number on record could not be told: " + escape(why));
}

bool ChangeTeller::tell_one_of_many(const std::string& user, const std::string& what,
                                    StateAccess& access) const {
  const std::string why = send(user, what, Lane::unproven, access);
  if (!why.empty()) note_untold(user, why, access);
  return why.empty();
}

void ChangeTeller::note_untold(const std::string& user, const std::string& why,
                               StateAccess& access) const {
  AuditNotice notice;
  notice.kind = NoticeKind::not_told;
  notice.user = user;
  notice.by = by_;
  notice.detail = why;
  access.audit().notice(notice);
}

}  // namespace sms2fa
