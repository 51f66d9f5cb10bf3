// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "net/http.hpp"
#include "net/key.hpp"
#include "net/llm_exchange.hpp"

namespace rfsn::net {

/// Finds a target's key in the sources that the user named, in that order: the first that has one wins. A source that
/// is not set up or has nothing is passed over; one that is there and fails is an error, not a reason to go on with
/// another key. Never from a repository: programs run in "/" without GIT_*. Blocks; called from the main thread.
/// Errors: not_configured (none has a key, and the host is not this machine), auth, network, timeout.
[[nodiscard]] Answer<std::shared_ptr<const Key>> find_key(const Target& target, const Endpoint& to,
                                                          const Network& network);

/// The environment for the user's own programs: ours without the variables that hold a key of these targets.
[[nodiscard]] std::vector<std::string> environment_for_programs(const std::set<std::string>& key_variables);
/// The names of the variables in which a target's keys are.
void add_key_variables(const Target& target, std::set<std::string>& names);

/// One secret out of Vault's KV version 2. "" if the path or the field is not there. Errors: not_configured, auth,
/// network, timeout, server.
[[nodiscard]] Answer<std::string> read_vault(const VaultConfig& vault, const Network& network);
/// The variable's value; "" if it is not set.
[[nodiscard]] std::string variable(const std::string& name);
/// A file that only its owner can read. "" if it is not there. Errors: not_configured.
[[nodiscard]] Answer<std::string> read_private_file(const std::string& path);

}  // namespace rfsn::net
