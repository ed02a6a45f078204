// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/serve.h"

#include <pwd.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <syslog.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <iterator>
#include <limits>
#include <utility>

#include "lib/session/enroll.h"
#include "lib/session/wording.h"
#include "programs/sms2fad/channel_conversation.h"
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

// No attempt, and nothing secret: everybody may know.
void tell_version(const Message& enquiry, wire::Channel& channel) {
  Message about(MessageType::about);
  about.put(Field::nonce, enquiry.text_of(Field::nonce)).put(Field::text, SMS2FA_VERSION);
  (void)channel.send(about, soon());
}

LoginRequest read_hello(const Message& hello) {
  LoginRequest request;
  const uint8_t flags = hello.byte_of(Field::flags);
  request.service = hello.text_of(Field::service);
  request.user = hello.text_of(Field::user);
  request.rhost = hello.text_of(Field::rhost);
  request.tty = hello.text_of(Field::tty);
  request.ruser = hello.text_of(Field::ruser);
  request.ssh_auth_info = hello.text_of(Field::ssh_auth_info);
  request.silent = (flags & wire::kSilent) != 0;
  request.enrolls = (flags & wire::kEnroll) != 0;
  request.not_admitted = (flags & wire::kAuthtokIsPlaceholder) != 0;
  return request;
}

// Root hosts speak for everybody, others only for themselves.
bool may_speak_for(uid_t peer, const std::string& user) {
  if (peer == 0) return true;
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  return getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
         found != nullptr && found->pw_uid == peer;
}

wire::Verdict verdict_of(AuditVerdict verdict) {
  switch (verdict) {
    case AuditVerdict::accepted:
      return wire::Verdict::accepted;
    case AuditVerdict::denied:
      return wire::Verdict::denied;
    case AuditVerdict::unavailable:
      return wire::Verdict::unavailable;
  }
  return wire::Verdict::denied;
}

AuditEvent denial(const LoginRequest& request, Reason reason, AuditVerdict verdict) {
  AuditEvent event;
  event.verdict = verdict;
  event.reason = reason;
  event.user = request.user;
  event.service = request.service;
  event.rhost = request.rhost;
  event.tty = request.tty;
  event.ruser = request.ruser;
  return event;
}

// Providers are connected to before anybody logs in.
void prepare(Messenger& messenger, Surroundings& around) {
  watch_providers(messenger, around.store, around.audit, around.clock.wall_now());
  messenger.keep_warm();
}

}  // namespace

Server::Server(Surroundings& around, std::shared_ptr<const Setup> setup)
    : around_(around),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      setup_(std::move(setup)),
      attempts_(std::numeric_limits<unsigned>::max()) {
  prepare(*setup_->messenger, around_);
}

void Server::use(std::shared_ptr<const Setup> setup) {
  // Not under the lock: this waits for the store, and nobody who logs in should.
  prepare(*setup->messenger, around_);
  std::shared_ptr<const Setup> oldest;  // its threads end after the lock is free
  {
    const std::lock_guard lock(mutex_);
    if (leaving_.size() == kMostLeaving) {
      oldest = std::move(leaving_.front());
      leaving_.erase(leaving_.begin());
    }
    leaving_.push_back(std::exchange(setup_, std::move(setup)));
  }
  (void)let_go();
}

bool Server::let_go() {
  std::vector<std::shared_ptr<const Setup>> gone;
  const std::lock_guard lock(mutex_);
  const auto needed = [](const auto& setup) {
    return setup.use_count() > 1 || setup->messenger->is_following();
  };
  const auto end = std::stable_partition(leaving_.begin(), leaving_.end(), needed);
  gone.assign(std::move_iterator(end), std::move_iterator(leaving_.end()));
  leaving_.erase(end, leaving_.end());
  return leaving_.empty();
}

// A local user may not fill the house: everybody but root gets as many places as one user may have.
bool Server::begin(uid_t peer) {
  const std::lock_guard lock(mutex_);
  const LimitSettings& limits = setup_->configuration.limits;
  unsigned& of_peer = under_way_of_[peer];
  const bool room =
      under_way_ < limits.attempts_at_once && (peer == 0 || of_peer < limits.attempts_per_user);
  if (room) {
    ++under_way_;
    ++of_peer;
  } else if (of_peer == 0) {
    under_way_of_.erase(peer);
  }
  return room;
}

void Server::end(uid_t peer) noexcept {
  const std::lock_guard lock(mutex_);
  --under_way_;
  const auto found = under_way_of_.find(peer);
  if (--found->second == 0) under_way_of_.erase(found);
}

bool Server::accept_from(int listener) {
  UniqueFd connection(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!connection.valid()) return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return true;
  bool begun = false;
  try {
    begun = begin(peer.uid);
    if (!begun) {
      syslog(LOG_AUTHPRIV | LOG_WARNING,
             "turned away a connection of pid %d, uid %u: too many attempts at once "
             "(attempts_at_once, attempts_per_user)",
             peer.pid, peer.uid);
      return true;
    }
    std::shared_ptr<const Setup> setup;
    {
      const std::lock_guard lock(mutex_);
      setup = setup_;
    }
    // What runs must be able to be copied, which a descriptor is not.
    const auto fd = std::make_shared<UniqueFd>(std::move(connection));
    if (attempts_.run([this, uid = peer.uid, setup = std::move(setup), fd] {
          run(std::move(*fd), uid, setup);
          end(uid);
        }))
      return true;
    syslog(LOG_AUTHPRIV | LOG_ERR, "cannot begin an attempt: no thread can be had");
  } catch (const std::exception& error) {
    syslog(LOG_AUTHPRIV | LOG_ERR, "cannot begin an attempt: %s", error.what());
  }
  if (begun) end(peer.uid);
  return false;
}

void Server::run(UniqueFd connection, uid_t peer, std::shared_ptr<const Setup> setup) noexcept {
  try {
    wire::Channel channel(std::move(connection), wire::Sender::daemon, stop_.get());
    attempt(channel, peer, std::move(setup));
  } catch (const std::exception& error) {
    syslog(LOG_AUTHPRIV | LOG_ERR, "denied an attempt: %s", error.what());
  }
}

void Server::attempt(wire::Channel& channel, uid_t peer, std::shared_ptr<const Setup> setup) {
  Message hello;
  const auto received = channel.receive(hello, soon());
  if (received == ChannelStatus::ok && hello.type() == MessageType::enquiry)
    return tell_version(hello, channel);
  if (received != ChannelStatus::ok || hello.type() != MessageType::hello) {
    syslog(LOG_AUTHPRIV | LOG_WARNING, "denied a connection of uid %u: no hello (%s)", peer,
           wire::to_string(received));
    return;
  }
  LoginRequest request = read_hello(hello);
  // Only root is believed about the network: others could spend a stranger's budget and get it
  // banned.
  if (peer != 0) request.rhost.clear();
  const AuditEvent event = judge(request, peer, std::move(setup), channel);
  around_.audit.record(event);
  Message verdict(MessageType::verdict);
  verdict.put(Field::nonce, hello.text_of(Field::nonce))
      .put(Field::verdict, static_cast<uint8_t>(verdict_of(event.verdict)))
      .put(Field::reason, to_string(event.reason));
  // Whoever is gone by now needs no verdict.
  (void)channel.send(verdict, soon());
}

AuditEvent Server::judge(const LoginRequest& request, uid_t peer,
                         std::shared_ptr<const Setup> setup, wire::Channel& channel) {
  if (!may_speak_for(peer, request.user)) {
    AuditEvent event = denial(request, Reason::foreign_peer, AuditVerdict::denied);
    event.detail = "uid " + std::to_string(peer) + " may speak only for itself";
    return event;
  }
  const auto place = admission_.admit(request.user, setup->configuration.limits.attempts_per_user);
  ChannelConversation person(channel, request.silent, stop_.get());
  if (!place) {
    person.tell(wording::busy());
    return denial(request, Reason::busy, AuditVerdict::unavailable);
  }
  if (request.enrolls)
    return enroll(request, peer == 0 ? EnrolledBy::root : EnrolledBy::the_person, std::move(setup),
                  around_, person);
  return authenticate(request, std::move(setup), around_, person);
}

bool Server::stop(Milliseconds patience) {
  eventfd_write(stop_.get(), 1);
  return attempts_.finish(patience);
}

}  // namespace sms2fa
