// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "gate/session.hpp"
#include "observe/audit.hpp"

namespace rfsn::gate {

struct AuditSignature {
    std::uint64_t records = 0;  ///< how many it covers; 0: there is none
    std::string signer;         ///< what ssh-keygen says of the key
    std::string problem;        ///< why it does not hold; empty if it does
};

/// Signs the chain's end with an SSH key (`ssh-keygen -Y sign`, namespace git-rfsn-audit); the empty `key` is git's
/// user.signingKey. Kept beside the log. Errors: corrupt (the chain does not hold), usage (no key), external.
[[nodiscard]] base::Result<AuditSignature> sign_audit(Session& session, const observe::AuditChain& chain,
                                                      const std::string& key);
/// Whether the signature, if there is one, is of a record that the chain still has. With git's
/// gpg.ssh.allowedSignersFile also whether the key is one of those. Errors: io, unavailable (no ssh-keygen).
[[nodiscard]] base::Result<AuditSignature> check_audit_signature(Session& session, const observe::AuditChain& chain);
void drop_audit_signature(Session& session);

}  // namespace rfsn::gate
