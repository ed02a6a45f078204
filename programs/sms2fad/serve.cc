// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/serve.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <syslog.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <iterator>
#include <limits>
#include <utility>

#include "lib/session/enroll.h"
#include "lib/session/wording.h"
#include "programs/sms2fad/channel_conversation.h"
#include "programs/sms2fad/hello.h"
#include "programs/sms2fad/provider_watch.h"

namespace sms2fa {

namespace {

using wire::ChannelStatus;
using wire::Field;
using wire::Message;
using wire::MessageType;

constexpr std::chrono::seconds kPatience{2};
// Of whoever reloads more often the oldest goes early.
constexpr size_t kMostLeaving = 8;

SteadyTime soon() {
  return std::chrono::steady_clock::now() + kPatience;
}

// No attempt, and nothing secret: everybody may know. Who speaks another version of the protocol
// learns that from the answer's first byte.
void tell_version(const Message& enquiry, wire::Channel& channel) {
  const std::string nonce(enquiry.text_of(Field::nonce));
  Message about(MessageType::about);
  about.put(Field::nonce, nonce.empty() ? std::string(wire::kNonceSize, '\0') : nonce)
      .put(Field::text, SMS2FA_VERSION);
  (void)channel.send(about, soon());
}

wire::Verdict verdict_of(AuditVerdict verdict) {
  switch (verdict) {
    case AuditVerdict::accepted:
    case AuditVerdict::exempt:
      return wire::Verdict::accepted;
    case AuditVerdict::denied:
      return wire::Verdict::denied;
    case AuditVerdict::unavailable:
      return wire::Verdict::unavailable;
  }
  return wire::Verdict::denied;
}

// What of ssh_auth_info did not fit into the hello.
ChannelStatus receive_rest(const Message& hello, wire::Channel& channel, SteadyTime until,
                           std::string& rest) {
  bool follows = (hello.byte_of(Field::flags) & wire::kMoreFollows) != 0;
  for (size_t parts = 1; follows; ++parts) {
    if (parts == wire::kMostParts) return ChannelStatus::too_many;
    Message more;
    const auto received = channel.receive(more, until);
    if (received != ChannelStatus::ok) return received;
    if (more.type() != MessageType::more) return ChannelStatus::malformed;
    rest += more.text_of(Field::ssh_auth_info);
    follows = (more.byte_of(Field::flags) & wire::kMoreFollows) != 0;
  }
  return ChannelStatus::ok;
}

AuditEvent denial(const LoginRequest& request, Reason reason, AuditVerdict verdict) {
  AuditEvent event = begin_event(request);
  event.verdict = verdict;
  event.reason = reason;
  return event;
}

// Under the name of who spoke, not of whom they spoke for.
AuditEvent foreign(const LoginRequest& request) {
  AuditEvent event = denial(request, Reason::foreign_peer, AuditVerdict::denied);
  event.user = request.ruser;
  event.typed_user = request.typed_user.empty() ? request.user : request.typed_user;
  event.ruser.clear();
  event.detail = "uid " + std::to_string(request.peer) + " may speak only for itself";
  return event;
}

// Providers are connected to before anybody logs in.
void prepare(Messenger& messenger, Services& services) {
  watch_providers(messenger, services.store, services.audit, services.clock.wall_now());
  messenger.keep_warm();
}

}  // namespace

Server::Server(Services& services, AccountPool& accounts, Loaded loaded)
    : services_(services),
      accounts_(accounts),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      loaded_(std::move(loaded)),
      attempts_(std::numeric_limits<unsigned>::max()) {
  prepare(*loaded_.snapshot->messenger, services_);
}

void Server::use(Loaded loaded) {
  // Not under the lock: this waits for the store, and nobody who logs in should.
  prepare(*loaded.snapshot->messenger, services_);
  std::shared_ptr<const Snapshot> oldest;  // its threads end after the lock is free
  {
    const MutexLock lock(mutex_);
    if (leaving_.size() == kMostLeaving) {
      oldest = std::move(leaving_.front());
      leaving_.erase(leaving_.begin());
    }
    leaving_.push_back(std::exchange(loaded_, std::move(loaded)).snapshot);
  }
  (void)release_retired();
}

void Server::keep(RefusedReload refused) {
  const MutexLock lock(mutex_);
  loaded_.refused = std::move(refused);
}

bool Server::release_retired() {
  std::vector<std::shared_ptr<const Snapshot>> gone;
  const MutexLock lock(mutex_);
  const auto needed = [](const auto& snapshot) {
    return snapshot.use_count() > 1 || snapshot->messenger->is_following();
  };
  const auto end = std::stable_partition(leaving_.begin(), leaving_.end(), needed);
  gone.assign(std::move_iterator(end), std::move_iterator(leaving_.end()));
  leaving_.erase(end, leaving_.end());
  return leaving_.empty();
}

// A connection, from its first moment to its last.
struct Server::Visit {
  wire::Channel channel;
  uid_t peer;
  Entrance entrance;
  std::shared_ptr<const Snapshot> snapshot;
  Admission::Slot slot = {};  // last: while it is held, the channel may be closed for reading
};

const PeerSettings* Server::named(const Visit& visit) {
  const auto found = visit.snapshot->peers.find(visit.peer);
  return found == visit.snapshot->peers.end() ? nullptr : &found->second;
}

bool Server::accept_from(int listener, Entrance entrance) {
  UniqueFd connection(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!connection.valid()) return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return true;
  try {
    std::shared_ptr<const Snapshot> snapshot;
    {
      const MutexLock lock(mutex_);
      snapshot = loaded_.snapshot;
    }
    const LimitSettings& limits = snapshot->configuration.limits;
    const int fd = connection.get();
    // What runs must be able to be copied, which a slot is not.
    const auto visit = std::make_shared<Visit>(Visit{
        {std::move(connection), wire::Sender::daemon, stop_.get()}, peer.uid, entrance, snapshot});
    visit->slot = admission_.greet(limits, peer.uid, named(*visit) != nullptr,
                                   [fd] { shutdown(fd, SHUT_RD); });
    if (!visit->slot.valid()) {
      turn_away(peer.uid, peer.pid);
      return true;
    }
    if (attempts_.run([this, visit] { run(*visit); })) return true;
    syslog(LOG_AUTHPRIV | LOG_ERR, "cannot begin an attempt: no thread can be had");
  } catch (const std::exception& error) {
    syslog(LOG_AUTHPRIV | LOG_ERR, "cannot begin an attempt: %s", error.what());
  }
  return false;
}

void Server::turn_away(uid_t peer, pid_t pid) {
  const auto left_out = refusals_.note(peer, services_.clock.now());
  if (!left_out) return;
  syslog(LOG_AUTHPRIV | LOG_WARNING,
         "turned away a connection of pid %d, uid %u, and %u before it that no line tells of: too "
         "many attempts at once (logins_at_once, logins_per_user)",
         pid, peer, *left_out);
}

// Whoever wants to be refused can be, as often as they like; the log has better uses.
bool Server::is_worth_telling(AuditEvent& event, uid_t peer) {
  if (event.reason != Reason::foreign_peer) return true;
  const auto left_out = refusals_.note(peer, services_.clock.now());
  if (left_out.value_or(0) > 0)
    event.detail += "; so did " + std::to_string(*left_out) + " before it that no line tells of";
  return left_out.has_value();
}

void Server::run(Visit& visit) noexcept {
  try {
    attempt(visit);
  } catch (const std::exception& error) {
    syslog(LOG_AUTHPRIV | LOG_ERR, "denied an attempt: %s", error.what());
  }
}

void Server::attempt(Visit& visit) {
  wire::Channel& channel = visit.channel;
  Message hello;
  const SteadyTime until = soon();
  auto received = channel.receive(hello, until);
  if (received == ChannelStatus::ok && hello.type() == MessageType::enquiry)
    return tell_version(hello, channel);
  const bool may_ask = visit.peer == 0 && visit.entrance == Entrance::auth;
  if (received == ChannelStatus::ok && hello.type() == MessageType::question && may_ask)
    return answer(hello, visit);
  std::string rest;
  if (received == ChannelStatus::ok && hello.type() == MessageType::hello)
    received = receive_rest(hello, channel, until, rest);
  if (received != ChannelStatus::ok || hello.type() != MessageType::hello) {
    if (received == ChannelStatus::other_version) tell_version(hello, channel);
    if (refusals_.note(visit.peer, services_.clock.now()))
      syslog(LOG_AUTHPRIV | LOG_WARNING, "denied a connection of uid %u: no hello (%s)", visit.peer,
             wire::to_string(received));
    return;
  }
  LoginRequest request = read_hello(hello, visit.peer, named(visit), kPamDirectories, rest);
  AuditEvent event = judge(request, visit);
  if (verdict_of(event.verdict) != wire::Verdict::accepted && visit.slot.displaced()) {
    event.verdict = AuditVerdict::unavailable;
    event.reason = Reason::busy;
    event.limit = "logins_at_once";
    event.detail = "its place went to a login from elsewhere";
  }
  if (is_worth_telling(event, visit.peer)) services_.audit.record(event);
  Message verdict(MessageType::verdict);
  verdict.put(Field::nonce, hello.text_of(Field::nonce))
      .put(Field::verdict, static_cast<uint8_t>(verdict_of(event.verdict)))
      .put(Field::reason, to_string(event.reason));
  // Whoever is gone by now needs no verdict.
  (void)channel.send(verdict, soon());
}

void Server::answer(const Message& question, Visit& visit) {
  Loaded loaded;
  {
    const MutexLock lock(mutex_);
    loaded = loaded_;
  }
  const std::string user(question.text_of(Field::user));
  Message report(MessageType::report);
  report.put(Field::nonce, question.text_of(Field::nonce))
      .put(Field::report, report_on(user, loaded, services_.store, accounts_));
  (void)visit.channel.send(report, soon());
}

AuditEvent Server::judge(LoginRequest& request, Visit& visit) {
  ChannelConversation conversation(visit.channel, request.silent, stop_.get());
  const LimitSettings& limits = visit.snapshot->configuration.limits;
  // By the name that was typed at first: name services may take their time.
  const char* no_slot = admission_.admit(limits, visit.slot, request);
  if (no_slot == nullptr) {
    if (const auto resolved = resolve_user(request, accounts_, named(visit)); !resolved) {
      AuditEvent event = denial(request, Reason::nss, AuditVerdict::unavailable);
      event.detail = resolved.error().message;
      conversation.end_with(
          wording::with_help(wording::unavailable(), visit.snapshot->configuration.message));
      return event;
    }
    if (!may_speak(request)) return foreign(request);
    if (!request.typed_user.empty()) no_slot = admission_.admit(limits, visit.slot, request);
  }
  if (no_slot != nullptr) {
    conversation.tell(wording::busy());
    AuditEvent event = denial(request, Reason::busy, AuditVerdict::unavailable);
    event.limit = no_slot;
    event.detail = event.limit + " is used up";
    return event;
  }
  if (request.enrolls)
    return enroll(request, request.peer == 0 ? EnrolledBy::root : EnrolledBy::the_person,
                  visit.snapshot, services_, conversation);
  find_memberships(request, accounts_, memberships_of(visit.snapshot->configuration.rules));
  return authenticate(request, visit.snapshot, services_, conversation);
}

bool Server::stop(Milliseconds patience) {
  eventfd_write(stop_.get(), 1);
  return attempts_.finish(patience);
}

}  // namespace sms2fa
