// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <span>

#include <fmt/format.h>

#include "base/embedded.hpp"
#include "base/text.hpp"
#include "check/diagnostics.hpp"
#include "check/parse_decoders.hpp"
#include "check/parse_text.hpp"

namespace rfsn::check {

std::span<const base::EmbeddedFile> parser_files();

namespace {

using base::ErrorCode;
using base::Result;

struct Native {
    std::string_view name;
    Result<Decoded> (*decode)(std::string_view text, const ParseContext& context);
};

constexpr std::array natives{
    Native{"cargo-json", decode_cargo},  Native{"checkstyle", decode_checkstyle}, Native{"eslint-json", decode_eslint},
    Native{"gcc-json", decode_gcc},      Native{"go-test-json", decode_go_test},  Native{"go-vet-json", decode_go_vet},
    Native{"junit", decode_junit},       Native{"pyright-json", decode_pyright},  Native{"sarif", decode_sarif},
    Native{"unified-diff", decode_diff},
};

constexpr std::string_view extension = ".yaml";

/// Compiled once, when a tool's output first asks for it.
Result<const TextParser*> text_parser(std::string_view name) {
    static std::mutex mutex;
    static std::map<std::string, TextParser, std::less<>> parsers;
    const std::lock_guard lock(mutex);
    const auto known = parsers.find(name);
    if (known != parsers.end()) {
        return &known->second;
    }
    for (const auto& file : parser_files()) {
        if (file.name.substr(0, file.name.size() - extension.size()) != name) {
            continue;
        }
        const auto doc = base::parse_doc(base::DocFormat::json, file.bytes);
        if (!doc) {
            return base::fail(ErrorCode::internal,
                              fmt::format("config/parsers/{}: {}", file.name, doc.error().message));
        }
        RFSN_ASSIGN(auto parser, TextParser::load(file.name, *doc));
        return &parsers.emplace(name, std::move(parser)).first->second;
    }
    return base::fail(ErrorCode::not_found, fmt::format("there is no parser named '{}'; the nearest is '{}'", name,
                                                        base::nearest(name, parser_names())));
}

/// UTF-8 without a byte-order mark, and nothing at all if there are only blanks.
std::string clean(std::string_view output) {
    if (output.substr(0, 3) == "\xEF\xBB\xBF") {
        output.remove_prefix(3);
    }
    if (output.find('\x1b') != std::string_view::npos) {
        return base::strip_ansi(output);
    }
    return std::string(output);
}

}  // namespace

Result<std::vector<model::Finding>> parse_output(std::string_view parser, std::string_view output,
                                                 const ParseContext& context) {
    const auto* native =
        std::find_if(natives.begin(), natives.end(), [&](const Native& item) { return item.name == parser; });
    const auto text = clean(output);
    if (native == natives.end()) {
        RFSN_ASSIGN(const auto* rules, text_parser(parser));
        return complete(rules->parse(text), context, rules->column_unit());
    }
    if (base::trim(text).empty()) {
        return std::vector<model::Finding>{};
    }
    auto decoded = native->decode(text, context);
    if (!decoded) {
        return tl::make_unexpected(std::move(decoded.error()).with(fmt::format("while reading {} output", parser)));
    }
    return complete(std::move(decoded->findings), context, decoded->unit);
}

std::vector<std::string> parser_names() {
    std::vector<std::string> names;
    for (const auto& native : natives) {
        names.emplace_back(native.name);
    }
    for (const auto& file : parser_files()) {
        names.emplace_back(file.name.substr(0, file.name.size() - extension.size()));
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace rfsn::check
