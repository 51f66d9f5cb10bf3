// SPDX-License-Identifier: MIT
// Counts and lengths in decimal, each ended by ':', then the bytes: nothing has to be quoted, and a megabyte is read in
// a few milliseconds.
#include "buildpack/detection_bytes.hpp"

#include <charconv>

namespace rfsn::buildpack {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::string_view heading = "rfsn detection 1\n";

void put(std::string& out, std::size_t number) {
    out += std::to_string(number);
    out += ':';
}

void put(std::string& out, std::string_view text) {
    put(out, text.size());
    out += text;
}

void put(std::string& out, const std::vector<std::string>& texts) {
    put(out, texts.size());
    for (const auto& text : texts) {
        put(out, std::string_view(text));
    }
}

class Reader {
   public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    std::size_t number() {
        std::size_t value = 0;
        const auto* const end = rest_.data() + rest_.size();
        const auto parsed = std::from_chars(rest_.data(), end, value);
        if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != ':') {
            return fail();
        }
        rest_.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest_.data()) + 1);
        return value > rest_.size() ? fail() : value;
    }

    std::string text() {
        const auto size = number();
        std::string out(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return out;
    }

    std::vector<std::string> texts() {
        std::vector<std::string> out;
        for (auto n = number(); n > 0 && good_; --n) {
            out.push_back(text());
        }
        return out;
    }

   private:
    std::size_t fail() {
        good_ = false;
        rest_ = {};
        return 0;
    }

    std::string_view rest_;
    bool good_ = true;
};

}  // namespace

std::string to_bytes(const Detection& detection) {
    std::string out(heading);
    put(out, detection.packs);
    put(out, detection.notes);
    put(out, detection.projects.size());
    for (const auto& project : detection.projects) {
        put(out, std::string_view(project.root));
        put(out, std::string_view(project.pack));
        put(out, std::string_view(project.fallback ? "1" : ""));
        put(out, project.reasons);
        put(out, project.members);
        put(out, project.facts.size());
        for (const auto& [name, value] : project.facts) {
            put(out, std::string_view(name));
            put(out, std::string_view(value));
        }
    }
    put(out, std::string_view());  // every number is followed by at least as many bytes
    return out;
}

Result<Detection> detection_from_bytes(std::string_view bytes) {
    if (bytes.substr(0, heading.size()) != heading) {
        return base::fail(ErrorCode::invalid, "not a kept detection");
    }
    Reader in(bytes.substr(heading.size()));
    Detection out;
    out.packs = in.texts();
    out.notes = in.texts();
    for (auto n = in.number(); n > 0 && in.good(); --n) {
        model::Project project;
        project.root = in.text();
        project.pack = in.text();
        project.fallback = !in.text().empty();
        project.reasons = in.texts();
        project.members = in.texts();
        for (auto facts = in.number(); facts > 0 && in.good(); --facts) {
            auto name = in.text();
            project.facts.insert_or_assign(std::move(name), in.text());
        }
        out.projects.push_back(std::move(project));
    }
    (void)in.text();
    if (!in.good() || !in.at_end()) {
        return base::fail(ErrorCode::invalid, "a kept detection that is cut short");
    }
    return out;
}

}  // namespace rfsn::buildpack
