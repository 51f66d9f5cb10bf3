// SPDX-License-Identifier: MIT
#include <algorithm>

#include "check/builtin_list.hpp"

namespace rfsn::check {

const std::vector<Builtin>& builtins() {
    static const std::vector<Builtin> list{
        trailing_whitespace(),  end_of_file_fixer(),       check_yaml(),         check_json(),     check_toml(),
        check_merge_conflict(), check_added_large_files(), detect_private_key(), secrets_builtin()};
    return list;
}

const std::vector<Builtin>& optional_builtins() {
    static const std::vector<Builtin> list{mixed_line_ending(), fix_byte_order_marker(),
                                           check_executables_have_shebangs()};
    return list;
}

const Builtin* find_builtin(std::string_view id) {
    for (const auto* list : {&builtins(), &optional_builtins()}) {
        const auto found =
            std::find_if(list->begin(), list->end(), [&](const Builtin& builtin) { return builtin.id == id; });
        if (found != list->end()) {
            return &*found;
        }
    }
    return nullptr;
}

}  // namespace rfsn::check
