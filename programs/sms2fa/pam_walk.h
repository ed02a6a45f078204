// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "programs/sms2fa/pam_stack.h"

namespace sms2fa {

// What a module may return, as far as it matters here.
enum class PamResult { success, auth_err, authinfo_unavail, conv_err };

// What one module returns in an imagined login; nullopt: as if its line were not there.
using PamImagination = std::function<std::optional<PamResult>(const PamLine& line)>;

struct PamOutcome {
  bool lets_in = false;
  bool asks_us = false;  // pam_sms2fa.so was called
};

// Goes through the auth lines of a stack as libpam 1.5 does (_pam_dispatch_aux).
PamOutcome walk(std::span<const PamLine> auth, const PamImagination& imagine);

// True when `control` is a word or a bracket that libpam understands.
bool is_control(std::string_view control);

// True for any module file of ours: "pam_sms2fa.so", wherever it is.
bool is_ours(const PamLine& line);

// True for a module that asks for something the person knows.
bool is_first_factor(const PamLine& line);

}  // namespace sms2fa
