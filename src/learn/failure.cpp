// SPDX-License-Identifier: MIT
#include "learn/failure.hpp"

#include <algorithm>
#include <memory>

#include <re2/re2.h>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace rfsn::learn {
namespace {

constexpr std::size_t fingerprint_digits = 32;
constexpr std::size_t max_message = 4000;
constexpr std::size_t max_sentences = 200;

struct Rewrite {
    RE2 pattern;
    const char* word;
    Rewrite(const char* expression, const char* replacement) : pattern(expression), word(replacement) {}
};

/// In this order: what a later one would tear apart goes first.
const std::vector<std::unique_ptr<Rewrite>>& rewrites() {
    static const auto list = [] {
        std::vector<std::unique_ptr<Rewrite>> all;
        const auto add = [&](const char* expression, const char* word) {
            all.push_back(std::make_unique<Rewrite>(expression, word));
        };
        add(R"(\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)", "<time>");
        add(R"(\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b)", "<time>");
        add(R"(\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)", "<id>");
        add(R"(\b0x[0-9a-fA-F]{4,}\b)", "<address>");
        add(R"((?:[A-Za-z]:)?(?:[\\/]|\.{1,2}[\\/])?(?:[\w.@+~-]+[\\/])+[\w.@+~-]*(?::\d+)*)", "<path>");
        add(R"(\b[\w-]+\.(?:py|pyi|js|jsx|ts|tsx|mjs|cjs|go|rs|c|cc|cpp|cxx|h|hh|hpp|java|kt|cs|json|ya?ml|toml)\b(?::\d+)*)",
            "<path>");
        add(R"((?i)\b(lines?|columns?|col|offset|position|pid|process|thread|port) #?\d+(?:(?:-|, | to | and )\d+)*)",
            "\\1 <n>");
        add(R"(\b\d+(?:\.\d+)? ?(?:ns|us|ms|s|sec|secs|seconds?|min|minutes?)\b)", "<duration>");
        add(R"(\btmp[\w-]{4,}\b)", "<temporary>");
        add(R"([ \t\r\n]+)", " ");
        return all;
    }();
    return list;
}

void sort_unique(std::vector<std::string>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

std::string general_form(std::string_view message) {
    std::string text = base::strip_ansi(base::to_valid_utf8(message.substr(0, max_message)));
    for (const auto& rewrite : rewrites()) {
        RE2::GlobalReplace(&text, rewrite->pattern, rewrite->word);
    }
    return std::string(base::trim(text));
}

Failure describe_failure(const std::string& check, const std::string& pack, const std::vector<model::Finding>& findings,
                         std::string_view output) {
    Failure failure;
    failure.check = check;
    failure.pack = pack;
    for (const auto& finding : findings) {
        if (!finding.blocking || failure.sentences.size() >= max_sentences) {
            continue;
        }
        const std::string code = finding.tool + "/" + finding.code;
        failure.codes.push_back(code);
        failure.sentences.push_back(code + " " + general_form(finding.message));
    }
    if (failure.sentences.empty() && !output.empty()) {
        for (const auto line : base::split_lines(output)) {
            if (failure.sentences.size() < max_sentences) {
                failure.sentences.push_back(general_form(line));
            }
        }
    }
    sort_unique(failure.codes);
    sort_unique(failure.sentences);
    if (!failure.sentences.empty()) {
        base::Sha256 hash;
        hash.field("rfsn failure 1").field(check);
        for (const auto& sentence : failure.sentences) {
            hash.field(sentence);
        }
        failure.fingerprint = hash.hex().substr(0, fingerprint_digits);
    }
    return failure;
}

}  // namespace rfsn::learn
