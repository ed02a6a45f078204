// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
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

  // Each row, the heading first, in lines of at most `width` characters: cells that don't fit go on
  // in an indented line. A cell wider than `widest` moves only those behind it, not the column.
  // Precondition: no cell is wider than width - kIndent.
  std::vector<std::string> folded(size_t width, size_t widest) const;
  static constexpr size_t kIndent = 4;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sms2fa
