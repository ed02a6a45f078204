// SPDX-License-Identifier: Apache-2.0
#include "lib/config/file_settings.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/trusted_file.h"
#include "lib/config/configuration_sections.h"
#include "lib/config/ini_reader.h"
#include "lib/config/section_keys.h"

namespace sms2fa {

namespace {

// Reads some sections only.
class SectionsReader final : public IniVisitor {
 public:
  SectionsReader(std::vector<std::string_view> sections, Diagnostics& diagnostics)
      : sections_(std::move(sections)), diagnostics_(diagnostics) {}

  void section(std::string_view, unsigned) override {}
  void key(std::string_view section, std::string_view key, std::string_view value,
           unsigned line) override {
    if (std::find(sections_.begin(), sections_.end(), section) == sections_.end()) return;
    const std::string name = std::string(section) + "." + std::string(key);
    auto complaint = seen_.try_emplace(name, line).second
                         ? take_fixed_section_key(section, key, value, settings_)
                         : about_key(key, "stands there twice");
    if (!complaint.empty()) diagnostics_.add(line, std::move(complaint));
  }

  Configuration settings() && { return std::move(settings_); }

 private:
  const std::vector<std::string_view> sections_;
  Diagnostics& diagnostics_;
  KeyLines seen_;
  Configuration settings_;
};

class SecretFilesReader final : public IniVisitor {
 public:
  void section(std::string_view, unsigned) override {}
  void key(std::string_view section, std::string_view key, std::string_view value,
           unsigned) override {
    if (section.starts_with("provider ") && key.ends_with("_file") && key != "ca_file")
      files_.emplace_back(value);
  }

  std::vector<std::string> files() && { return std::move(files_); }

 private:
  std::vector<std::string> files_;
};

Result<Configuration> read_sections(const std::string& path,
                                    std::vector<std::string_view> sections) {
  const auto fd = open_trusted(path);
  if (!fd) return fd.error();
  Diagnostics diagnostics(path);
  SectionsReader reader(std::move(sections), diagnostics);
  read_ini(fd->get(), reader, diagnostics);
  if (!diagnostics.empty()) return diagnostics.to_error();
  return std::move(reader).settings();
}

}  // namespace

Result<StoreSettings> read_store_settings(const std::string& path) {
  auto settings = read_sections(path, {"store"});
  if (!settings) return settings.error();
  return std::move(settings->store);
}

std::vector<std::string> secret_files(const std::string& path) {
  const auto fd = open_trusted(path);
  if (!fd) return {};
  Diagnostics diagnostics(path);
  SecretFilesReader reader;
  read_ini(fd->get(), reader, diagnostics);
  return std::move(reader).files();
}

Result<Configuration> read_file_settings(const std::string& path) {
  return read_sections(path, {"store", "directory"});
}

}  // namespace sms2fa
