// SPDX-License-Identifier: MIT
#include <algorithm>

#include "check/builtin_list.hpp"

namespace rfsn::check {
namespace {

Builtin with_code(Builtin builtin, const char* code) {
    builtin.code = code;
    return builtin;
}

}  // namespace

const std::vector<Builtin>& builtins() {
    static const std::vector<Builtin> list{with_code(trailing_whitespace(), "TW"),
                                           with_code(end_of_file_fixer(), "EOF"),
                                           with_code(check_yaml(), "YAML"),
                                           with_code(check_json(), "JSON"),
                                           with_code(check_toml(), "TOML"),
                                           with_code(check_merge_conflict(), "MERGE"),
                                           with_code(check_added_large_files(), "SIZE"),
                                           with_code(detect_private_key(), "KEY"),
                                           secrets_builtin()};
    return list;
}

const std::vector<Builtin>& optional_builtins() {
    static const std::vector<Builtin> list{with_code(mixed_line_ending(), "MIXED"),
                                           with_code(fix_byte_order_marker(), "BOM"),
                                           with_code(check_executables_have_shebangs(), "SHEBANG")};
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
