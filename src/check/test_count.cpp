// SPDX-License-Identifier: MIT
#include "check/test_count.hpp"

#include "base/doc.hpp"

namespace rfsn::check {
namespace {

std::size_t count_in(const base::DocNode& element) {
    std::size_t count = 0;
    for (const auto& [name, children] : element.entries) {
        for (const auto& child : children.items) {
            if (name == "testcase") {
                count += child.find("skipped") == nullptr ? 1U : 0U;
            } else {
                count += count_in(child);
            }
        }
    }
    return count;
}

}  // namespace

std::optional<std::size_t> count_tests(std::string_view junit) {
    const auto document = base::parse_doc(base::DocFormat::xml, junit);
    if (!document || (document->find("testsuites") == nullptr && document->find("testsuite") == nullptr)) {
        return std::nullopt;
    }
    return count_in(*document);
}

}  // namespace rfsn::check
