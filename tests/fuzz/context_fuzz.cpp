// folder: llm
// SPDX-License-Identifier: MIT
// Places and definitions in text that nobody vouches for: whatever comes, they lie within it, and the room is kept.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "llm/context.hpp"
#include "llm/definition.hpp"
#include "llm/mention.hpp"
#include "llm/tool_configuration.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rfsn;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto lines = base::split_lines(text).size();
    for (const char* path : {"a.py", "a.ts", "a.go", "a.rs", "A.java", "A.cs", "a.cpp"}) {
        for (const auto& one : llm::definitions(path, text)) {
            if (one.first == 0 || one.first > one.head || one.head > lines || one.last > lines) {
                std::abort();
            }
        }
    }
    llm::PromptInput input;
    input.files = {{"a.py", text, {{2, 3}}}};
    input.read = {{"b.ts", text, llm::ReadFile::Why::pointed_at, {}}};
    for (const auto& mention : llm::mentions(text)) {
        input.read[0].places.push_back({mention.line, mention.line});
    }
    for (const char* name : {"pyproject.toml", "package.json"}) {
        for (const auto& range : llm::section_lines(name, text, {"tool", "a"})) {
            if (range.first == 0 || range.first > range.last || range.last > lines) {
                std::abort();
            }
        }
    }
    model::Finding finding;
    finding.path = "a.py";
    finding.line = 1;
    input.checks = {{"x", text, {finding}}};
    const std::size_t room = 100 + size % 3000;
    const auto chosen = llm::select(input, room);
    std::size_t bytes = chosen.diff.size();
    for (const auto* list : {&chosen.editable, &chosen.read}) {
        for (const auto& file : *list) {
            bytes += file.text.size();
        }
    }
    if (bytes > room) {
        std::abort();
    }
    return 0;
}
