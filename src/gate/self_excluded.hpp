// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "gate/judge.hpp"
#include "gate/session.hpp"

namespace rfsn::gate {

/// Of the files that the configuration leaves out, those that only the change itself leaves out: by globs that its
/// .rfsn.yaml adds to the one before. Errors: of the repository. A .rfsn.yaml before that cannot be read excluded
/// nothing.
[[nodiscard]] base::Result<std::vector<model::StagedFile>> self_excluded(Session& session, const Judged& judged,
                                                                         std::vector<model::StagedFile> left_out);

/// Who is told of something in such a file learns why it was looked at.
void explain_self_excluded(Judged& judged);

}  // namespace rfsn::gate
