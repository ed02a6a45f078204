// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "programs/sms2fad/serve.h"
#include "programs/sms2fad/service_manager.h"

namespace sms2fa {

// The main thread once the daemon is ready: takes connections, reads the configuration again, and
// tells the service manager that it still turns. Everything must outlive it.
class MainLoop {
 public:
  // `places` are the directories that the sandbox lets the daemon write to.
  MainLoop(const std::string& configuration, const std::vector<std::string>& places,
           const Clock& clock, Server& server, const ServiceManager& manager)
      : configuration_(configuration),
        places_(places),
        clock_(clock),
        server_(server),
        manager_(manager) {}

  // Until SIGTERM or SIGINT. `signals` is a signalfd that brings these and SIGHUP.
  void run(const Listeners& listeners, int signals);

 private:
  bool handle_signal(int signals);
  void reload();
  void refuse(const std::string& why);
  Result<Loaded> read_again();
  int milliseconds_to_sleep(bool back_off);

  const std::string& configuration_;
  const std::vector<std::string>& places_;
  const Clock& clock_;
  Server& server_;
  const ServiceManager& manager_;
  SteadyTime next_watchdog_ping_{};
};

}  // namespace sms2fa
