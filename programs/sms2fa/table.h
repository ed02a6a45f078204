// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sms2fa {

// Rows of words under a heading, in columns as wide as their widest cell and two blanks apart, one
// line each. Cells are printed as they are: whoever makes one escapes what is not ours. Every row
// has as many cells as the heading; blanks at the ends of lines are left out.
class Table {
 public:
  explicit Table(std::vector<std::string> heading) { rows_.push_back(std::move(heading)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.size() == 1; }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sms2fa
