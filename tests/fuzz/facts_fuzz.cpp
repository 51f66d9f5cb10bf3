// folder: buildpack
// SPDX-License-Identifier: MIT
// Expressions and packs, as a user might write them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "buildpack/buildpack.hpp"
#include "buildpack/detection_bytes.hpp"
#include "buildpack/expression.hpp"
#include "buildpack/routes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rfsn::buildpack;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::map<std::string, std::string, std::less<>> facts{{"a", "true"}, {"b", "uv"}, {"c", ""}};
    const bool valid = names_in(input).has_value();
    if (evaluate(input, facts).has_value() != valid) {
        std::abort();  // what evaluates must be what the loader accepts
    }
    static_cast<void>(pack_of_interpreter(interpreter_of(input)));
    static_cast<void>(interested_packs(input));
    if (const auto kept = detection_from_bytes(input)) {
        static_cast<void>(to_bytes(*kept));
    }
    Registry registry;
    if (registry.add_yaml(input, "fuzz.yaml")) {
        for (const auto& id : registry.changed_ids()) {
            if (!registry.get(id)) {
                std::abort();
            }
        }
    }
    return 0;
}
