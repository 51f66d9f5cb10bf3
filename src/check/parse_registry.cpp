// SPDX-License-Identifier: MIT
#include "check/parse_registry.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <span>

#include <fmt/format.h>

#include "base/embedded.hpp"
#include "base/packed_doc.hpp"
#include "base/text.hpp"

namespace rfsn::check {

std::span<const base::EmbeddedFile> parser_files();

namespace {

using base::DocNode;
using base::ErrorCode;
using base::Result;

struct Native {
    std::string_view names;  ///< the name, then its other names
    NativeDecoder decode;
};

constexpr std::array natives{
    Native{"cargo-json rustc-json clippy-json cargo-clippy-json", decode_cargo},
    Native{"clang-tidy-fixes clang-fixes clang-tidy-yaml clang-fixes-yaml", decode_clang_fixes},
    Native{"gcc-json g++-json", decode_gcc},
    Native{"github github-actions azure azure-pipelines workflow-commands", decode_workflow_commands},
    Native{"go-test-json gotest-json go-test-jsonl", decode_go_test},
    Native{"go-test gotest", decode_go_test_text},
    Native{"go-vet-json govet-json", decode_go_vet},
    Native{"junit junit-xml surefire-xml", decode_junit},
    Native{"sarif sarif-1 sarif-2 sarif-1-0 sarif-2-1 sarif-1.0 sarif-2.1 sarif-2.1.0", decode_sarif},
    Native{"tap tap13 tap14", decode_tap},
    Native{"unified-diff diff patch", decode_diff},
};

constexpr std::string_view extension = ".yaml";

/// "Go Vet", "go_vet", "go/vet" and "go-vet" are the same name.
std::string normal_name(std::string_view name) {
    std::string out;
    for (const char c : name) {
        const bool separator = c == ' ' || c == '_' || c == ':' || c == '/' || c == '-';
        if (separator) {
            out += out.empty() || out.back() == '-' ? "" : "-";
        } else {
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
        }
    }
    return out;
}

std::string_view stem(std::string_view file) {
    return file.substr(0, file.size() - extension.size());
}

Result<DocNode> document_of(const base::EmbeddedFile& file) {
    auto doc = base::unpack_doc(file.bytes);
    if (!doc) {
        return base::fail(ErrorCode::internal, fmt::format("config/parsers/{}: {}", file.name, doc.error().message));
    }
    return std::move(*doc);
}

/// What a name stands for: a native decoder's row or a file.
struct Source {
    const Native* native = nullptr;
    const base::EmbeddedFile* file = nullptr;
};

/// Every name and other name. Made only when a name is asked for that no file and no decoder has, or for the list.
const std::map<std::string, Source, std::less<>>& names() {
    static const auto all = [] {
        std::map<std::string, Source, std::less<>> out;
        for (const auto& native : natives) {
            for (const auto name : base::split(native.names, ' ')) {
                out.try_emplace(std::string(name), Source{&native, nullptr});
            }
        }
        for (const auto& file : parser_files()) {
            out.insert_or_assign(std::string(stem(file.name)), Source{nullptr, &file});
        }
        for (const auto& file : parser_files()) {
            const auto doc = document_of(file);
            for (const auto& alias : doc ? doc->strings("aliases") : std::vector<std::string>{}) {
                out.try_emplace(alias, Source{nullptr, &file});
            }
        }
        return out;
    }();
    return all;
}

Source source_of(std::string_view name) {
    for (const auto& native : natives) {
        if (native.names.substr(0, native.names.find(' ')) == name) {
            return {&native, nullptr};
        }
    }
    for (const auto& file : parser_files()) {
        if (stem(file.name) == name) {
            return {nullptr, &file};
        }
    }
    const auto found = names().find(name);
    return found == names().end() ? Source{} : found->second;
}

/// Rule files by name, for those that include them.
const DocNode* included_rules(std::string_view name) {
    static std::map<std::string, DocNode, std::less<>> documents;
    const auto known = documents.find(name);
    if (known != documents.end()) {
        return &known->second;
    }
    for (const auto& file : parser_files()) {
        if (stem(file.name) == name) {
            auto doc = document_of(file);
            return doc ? &documents.emplace(name, std::move(*doc)).first->second : nullptr;
        }
    }
    return nullptr;
}

Result<Parser> load(const Source& source) {
    if (source.native != nullptr) {
        return Parser{source.native->decode, {}};
    }
    RFSN_ASSIGN(const auto doc, document_of(*source.file));
    if (doc.string_or("type", "text") == "document") {
        RFSN_ASSIGN(auto parser, DocumentParser::load(source.file->name, doc));
        return Parser{std::move(parser), {}};
    }
    RFSN_ASSIGN(auto parser, TextParser::load(source.file->name, doc, included_rules));
    return Parser{std::move(parser), doc.strings("formats")};
}

}  // namespace

Result<const Parser*> find_parser(std::string_view name) {
    static std::mutex mutex;
    static std::map<std::string, Parser, std::less<>> parsers;
    const std::lock_guard lock(mutex);
    const auto known = parsers.find(name);
    if (known != parsers.end()) {
        return &known->second;
    }
    auto source = source_of(name);
    if (source.native == nullptr && source.file == nullptr) {
        source = source_of(normal_name(name));
    }
    if (source.native == nullptr && source.file == nullptr) {
        const auto near = base::nearest(normal_name(name), parser_names());
        return base::fail(
            ErrorCode::not_found,
            fmt::format("there is no parser named '{}'{}; `git rfsn parse --list` names them", base::printable(name),
                        near.empty() ? "" : fmt::format("; the nearest is '{}'", near)));
    }
    RFSN_ASSIGN(auto parser, load(source));
    return &parsers.emplace(name, std::move(parser)).first->second;
}

Result<void> parser_exists(std::string_view parser) {
    RFSN_TRY(find_parser(parser));
    return {};
}

std::vector<std::string> parser_names() {
    std::vector<std::string> out;
    for (const auto& entry : names()) {
        out.push_back(entry.first);
    }
    return out;
}

}  // namespace rfsn::check
