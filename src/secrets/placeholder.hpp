// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace rfsn::secrets {

/// Whether a token's body is what people write instead of a token: "xxxxxxxx", "YOUR_TOKEN", "...EXAMPLE", one
/// character repeated, words only.
[[nodiscard]] bool is_placeholder_token(std::string_view body);
/// The same for a password or an assigned value: also ${VAR}, <password>, {{ template }}, %s, "changeme" and the like.
[[nodiscard]] bool is_placeholder_password(std::string_view value);
/// localhost, example.com and other names that lead nowhere.
[[nodiscard]] bool is_example_host(std::string_view host);
/// Shannon entropy in bits a byte.
[[nodiscard]] double entropy(std::string_view bytes);

}  // namespace rfsn::secrets
