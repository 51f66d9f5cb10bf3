// SPDX-License-Identifier: MIT
#include "check/test_report.hpp"

#include <algorithm>

#include "base/doc.hpp"

namespace rfsn::check {
namespace {

TestCase test_case(const base::DocNode& element) {
    TestCase test;
    test.suite = element.string_or("@classname", "");
    test.name = element.string_or("@name", "");
    if (element.find("skipped") != nullptr) {
        test.ending = TestCase::Ending::skipped;
    } else if (element.find("failure") != nullptr || element.find("error") != nullptr) {
        test.ending = TestCase::Ending::failed;
    }
    return test;
}

void collect(const base::DocNode& element, std::vector<TestCase>& tests) {
    for (const auto& [name, children] : element.entries) {
        for (const auto& child : children.items) {
            if (name == "testcase") {
                tests.push_back(test_case(child));
            } else {
                collect(child, tests);
            }
        }
    }
}

}  // namespace

std::optional<std::vector<TestCase>> read_tests(std::string_view junit) {
    const auto document = base::parse_doc(base::DocFormat::xml, junit);
    if (!document || (document->find("testsuites") == nullptr && document->find("testsuite") == nullptr)) {
        return std::nullopt;
    }
    std::vector<TestCase> tests;
    collect(*document, tests);
    return tests;
}

std::size_t count_run(const std::vector<TestCase>& tests) {
    return static_cast<std::size_t>(std::count_if(
        tests.begin(), tests.end(), [](const TestCase& test) { return test.ending != TestCase::Ending::skipped; }));
}

}  // namespace rfsn::check
