// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "buildpack/detail.hpp"
#include "buildpack/tree.hpp"

namespace rfsn::buildpack {

/// Where a probe is asked: a directory and the sources that the project there owns.
struct ProbePlace {
    std::string directory;
    const std::vector<std::string>* sources = nullptr;
};

/// The probe's answer, or nullopt if it does not hold.
[[nodiscard]] base::Result<std::optional<std::string>> ask(Tree& tree, const Probe& probe, const ProbePlace& place);
/// The first answer of several probes.
[[nodiscard]] base::Result<std::optional<std::string>> ask_first(Tree& tree, const std::vector<Probe>& probes,
                                                                 const ProbePlace& place);
/// A dotted path where a key itself may hold dots or colons ("tool:pytest"); XML lists count as their first element.
[[nodiscard]] const base::DocNode* node_at(const base::DocNode& root, std::string_view dotted);
/// A project's facts, the names of the pack first to last.
[[nodiscard]] base::Result<std::map<std::string, std::string, std::less<>>> facts_of(Tree& tree, const Pack& pack,
                                                                                     const ProbePlace& place);

}  // namespace rfsn::buildpack
