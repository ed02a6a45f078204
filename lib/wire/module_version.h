// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stands in the module's file before its version, which a NUL ends: the module exports no symbol to
// ask for it, and whoever looks only reads.
#define SMS2FA_MODULE_VERSION_MARK "pam_sms2fa version "
