// SPDX-License-Identifier: Apache-2.0
#include "lib/config/store_section.h"

#include "lib/base/trusted_file.h"
#include "lib/config/configuration.h"
#include "lib/config/configuration_sections.h"
#include "lib/config/ini_reader.h"
#include "lib/config/section_keys.h"

namespace sms2fa {

namespace {

constexpr std::string_view kStore = "store";

class StoreReader final : public IniVisitor {
 public:
  explicit StoreReader(Complaints& complaints) : complaints_(complaints) {}

  void section(std::string_view, unsigned) override {}
  void key(std::string_view section, std::string_view key, std::string_view value,
           unsigned line) override {
    if (section != kStore) return;
    const bool is_new = seen_.try_emplace(std::string(key), line).second;
    auto complaint = is_new ? take_fixed_section_key(section, key, value, settings_)
                            : about_key(key, "stands there twice");
    if (!complaint.empty()) complaints_.add(line, std::move(complaint));
  }

  StoreSettings settings() && { return std::move(settings_.store); }

 private:
  Complaints& complaints_;
  KeyLines seen_;
  Configuration settings_;
};

}  // namespace

Result<StoreSettings> read_store_settings(const std::string& path) {
  const auto fd = open_trusted(path);
  if (!fd) return fd.error();
  Complaints complaints(path);
  StoreReader reader(complaints);
  read_ini(fd->get(), reader, complaints);
  if (!complaints.empty()) return complaints.to_error();
  return std::move(reader).settings();
}

}  // namespace sms2fa
