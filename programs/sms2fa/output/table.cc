// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/table.h"

#include <algorithm>

namespace sms2fa {

std::string Table::text() const {
  std::vector<size_t> widths(rows_.front().size());
  for (const auto& row : rows_)
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += (text.empty() ? "" : "\n") + line;
  }
  return text;
}

std::vector<std::string> Table::folded(size_t width, size_t widest) const {
  std::vector<size_t> widths(rows_.front().size());
  for (const auto& row : rows_)
    for (size_t i = 0; i < row.size(); ++i)
      if (row[i].size() <= widest) widths[i] = std::max(widths[i], row[i].size());
  std::vector<std::string> folded_rows;
  for (const auto& row : rows_) {
    std::string done;
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      if (line.size() + row[i].size() > width) {
        done += line.erase(line.find_last_not_of(' ') + 1) + "\n";
        line = std::string(kIndent, ' ');
      }
      const size_t column = done.empty() ? std::max(widths[i], row[i].size()) : row[i].size();
      if (done.empty() || !row[i].empty())
        line += row[i] + std::string(column - row[i].size() + 2, ' ');
    }
    folded_rows.push_back(done + line.erase(line.find_last_not_of(' ') + 1));
  }
  return folded_rows;
}

}  // namespace sms2fa
