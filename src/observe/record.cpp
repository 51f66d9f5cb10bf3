// SPDX-License-Identifier: MIT
#include "observe/record.hpp"

#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/text.hpp"

namespace rfsn::observe {
namespace {

constexpr std::size_t max_text = std::size_t{16} << 10;
constexpr std::size_t max_name = 200;
constexpr std::size_t max_fields = 64;
constexpr std::size_t max_line = std::size_t{192} << 10;

/// Redacted first and cut afterwards, so that no half of a secret escapes recognition; valid UTF-8 at the end.
std::string clean(std::string_view text, const Redact& redact, std::size_t limit) {
    std::string out;
    if (redact) {
        try {
            out = redact(text);
        } catch (...) {
            return "[not logged: redaction failed]";
        }
    } else {
        out = text;
    }
    out = base::to_valid_utf8(out);
    if (out.size() > limit) {
        std::size_t end = limit;
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        out = fmt::format("{}... [{} bytes more]", std::string_view(out).substr(0, end), out.size() - end);
    }
    return out;
}

double milliseconds(std::chrono::microseconds duration) {
    return static_cast<double>(duration.count()) / 1000.0;
}

}  // namespace

const char* name(Level level) {
    switch (level) {
        case Level::off:
            return "off";
        case Level::error:
            return "error";
        case Level::warn:
            return "warn";
        case Level::info:
            return "info";
        case Level::debug:
            return "debug";
    }
    return "";
}

std::string json_line(const Record& record, const Redact& redact) {
    nlohmann::ordered_json line;
    line["time"] = base::rfc3339_utc(record.time);
    line["level"] = name(record.level);
    line["logger"] = clean(record.logger, redact, max_name);
    line["message"] = clean(record.message, redact, max_text);
    line["pid"] = static_cast<std::int64_t>(getpid());
    const auto put = [&](const char* key, std::string_view text) {
        if (!text.empty()) {
            line[key] = clean(text, redact, max_text);
        }
    };
    if (record.context != nullptr) {
        put("run", record.context->run);
        put("repo", record.context->repository);
        put("phase", record.context->phase);
        put("span", record.context->span);
    }
    put("parent", record.parent);
    if (record.duration) {
        line["duration_ms"] = milliseconds(*record.duration);
    }
    if (record.fields != nullptr && !record.fields->empty()) {
        auto& fields = line["fields"] = nlohmann::ordered_json::object();
        std::size_t bytes = 0;
        std::size_t kept = 0;
        for (const auto& [field, value] : *record.fields) {
            std::string key = clean(field, redact, max_name);
            nlohmann::ordered_json shown;
            if (const auto* const text = std::get_if<std::string>(&value)) {
                shown = clean(*text, redact, max_text);
                bytes += shown.get_ref<const std::string&>().size();
            } else {
                std::visit([&](const auto& held) { shown = held; }, value);
            }
            bytes += key.size();
            if (++kept > max_fields || bytes > max_line / 2) {
                line["dropped_fields"] = record.fields->size() - (kept - 1);
                break;
            }
            fields[std::move(key)] = std::move(shown);
        }
    }
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string human_line(const Record& record, const Redact& redact) {
    // The time of day out of 2026-11-24T06:50:46.123Z.
    std::string text = base::rfc3339_utc(record.time).substr(11, 12);
    text += fmt::format(" {:5} {}: {}", name(record.level), base::printable(clean(record.logger, redact, max_name)),
                        base::printable(clean(record.message, redact, max_text)));
    if (record.duration) {
        text += fmt::format(" ({:.1f} ms)", milliseconds(*record.duration));
    }
    if (record.fields != nullptr) {
        for (const auto& [field, value] : *record.fields) {
            text += fmt::format(" {}=", base::printable(clean(field, redact, max_name)));
            if (const auto* const held = std::get_if<std::string>(&value)) {
                text += base::printable(clean(*held, redact, max_text));
            } else {
                std::visit(
                    [&](const auto& number) {
                        if constexpr (!std::is_same_v<std::decay_t<decltype(number)>, std::string>) {
                            text += fmt::to_string(number);
                        }
                    },
                    value);
            }
        }
    }
    return text;
}

}  // namespace rfsn::observe
