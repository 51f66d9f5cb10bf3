// SPDX-License-Identifier: MIT
#include "llm/context.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "base/text.hpp"
#include "llm/excerpts.hpp"

namespace rfsn::llm {
namespace {

using model::LineRange;

constexpr std::size_t whole_lines = 400;
constexpr std::size_t whole_bytes = std::size_t{24} << 10;
constexpr std::uint32_t least = 3;
constexpr std::uint32_t around_finding = 20;
constexpr std::uint32_t around_place = 8;
constexpr std::uint32_t head_lines = 120;
constexpr std::uint32_t longest_finding = 60;
constexpr std::size_t max_focus = 40;  ///< places in one file

bool is_showable(const std::string& path, const std::string& content) {
    return !path.empty() && base::printable(path) == path && content.find('\0') == std::string::npos;
}

/// As many whole lines as fit, with what is missing said at the end.
std::string cut(const std::string& text, std::size_t bytes, std::size_t& missing) {
    missing = 0;
    if (text.size() <= bytes) {
        return text;
    }
    std::string out;
    const auto lines = base::split_lines(text);
    std::size_t i = 0;
    while (i < lines.size() && out.size() + lines[i].size() + 1 <= bytes) {
        out.append(lines[i++]).push_back('\n');
    }
    missing = lines.size() - i;
    return out;
}

std::string count(std::size_t n, const char* what) {
    return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s");
}

/// An editable file and the places in it that matter.
struct Editable {
    Editable(const OfferedFile& file, const PromptInput& input) : excerpts(file.path, file.content) {
        std::set<std::uint32_t> seen;
        const auto add = [&](std::uint32_t first, std::uint32_t last) {
            if (first != 0 && first <= excerpts.line_count() && focus.size() < max_focus && seen.insert(first).second) {
                focus.push_back({first, std::clamp(last, first, first + longest_finding)});
            }
        };
        for (const auto& check : input.checks) {
            for (const auto& finding : check.findings) {
                if (finding.path == file.path) {
                    add(finding.line, finding.end_line);
                }
                for (const auto& note : finding.notes) {
                    if (note.path == file.path) {
                        add(note.line, note.line);
                    }
                }
            }
        }
        for (const auto& read : input.read) {
            for (const auto& place : read.places) {
                if (read.path == file.path) {
                    add(place.first, place.last);
                }
            }
        }
        if (focus.empty()) {
            for (const auto& range : file.changed) {
                add(range.first, range.last);
            }
        }
    }
    Excerpts excerpts;
    std::vector<LineRange> focus;
};

/// A file for reading, with the reasons why it is shown.
struct Beside {
    explicit Beside(const ReadFile& file) : excerpts(file.path, file.content) {}
    Excerpts excerpts;
    std::vector<std::string> why;
};

std::string reason(const ReadFile& file) {
    switch (file.why) {
        case ReadFile::Why::failing_test:
            return "a failing test";
        case ReadFile::Why::configuration:
            return "configuration of " + file.check;
        case ReadFile::Why::pointed_at:
            break;
    }
    return "what the checks point at";
}

class Chooser {
   public:
    Chooser(const PromptInput& input, std::size_t bytes) : input_(input), bytes_(bytes), room_(bytes) {}

    Selection run() {
        take_findings();
        order_files();
        for (auto& file : editable_) {
            show_focus(file, least);
        }
        for (auto& file : editable_) {
            show_focus(file, around_finding);
        }
        show_read(ReadFile::Why::failing_test);
        show_read(ReadFile::Why::pointed_at);
        for (auto& file : editable_) {
            if (file.focus.empty()) {
                (void)file.excerpts.add({{1, head_lines}}, room_);
            }
        }
        take_diffs();
        show_read(ReadFile::Why::configuration);
        for (auto& file : editable_) {
            if (!file.excerpts.empty() && file.excerpts.line_count() <= whole_lines &&
                file.excerpts.bytes() <= whole_bytes) {
                (void)file.excerpts.add_whole(room_);
            }
        }
        render();
        return std::move(selection_);
    }

   private:
    void leave_out(std::string what) { selection_.left_out.push_back(std::move(what)); }

    void take_findings() {
        std::size_t missing = 0;
        selection_.findings = cut(findings_text(input_.checks), bytes_ / 4, missing);
        if (missing > 0) {
            leave_out(count(missing, "line") + " of what the checks found");
        }
        (void)room_.take(std::min(room_.left(), selection_.findings.size()));
    }

    void order_files() {
        for (const bool with_findings : {true, false}) {
            for (const auto& file : input_.files) {
                if (has_findings(file.path, input_.checks) != with_findings) {
                    continue;
                }
                if (is_showable(file.path, file.content)) {
                    editable_.emplace_back(file, input_);
                } else {
                    leave_out(base::printable(file.path) + ": it is no text that could be edited");
                }
            }
        }
    }

    void show_focus(Editable& file, std::uint32_t around) {
        for (const auto& place : file.focus) {
            if (around == least) {
                (void)file.excerpts.add({{place.first > least ? place.first - least : 1, place.last + least}}, room_);
            } else if (!file.excerpts.empty()) {
                (void)file.excerpts.add(surroundings(file.excerpts.definitions(), place, around), room_);
            }
        }
    }

    [[nodiscard]] bool is_editable(const std::string& path) const {
        return std::any_of(editable_.begin(), editable_.end(),
                           [&](const Editable& file) { return file.excerpts.path() == path; });
    }

    void show_read(ReadFile::Why why) {
        for (const auto& file : input_.read) {
            if (file.why != why || is_editable(file.path)) {
                continue;
            }
            if (!is_showable(file.path, file.content)) {
                leave_out(base::printable(file.path) + ", " + reason(file) + ": it is no text");
                continue;
            }
            auto known = std::find_if(beside_.begin(), beside_.end(),
                                      [&](const Beside& one) { return one.excerpts.path() == file.path; });
            if (known == beside_.end()) {
                known = beside_.insert(beside_.end(), Beside(file));
            }
            for (const auto& place : file.places) {
                bool shown = false;
                if (why == ReadFile::Why::configuration) {
                    shown =
                        known->excerpts.add({{place.first, std::min(place.last, place.first + head_lines - 1)}}, room_);
                    if (shown && place.last >= place.first + head_lines) {
                        leave_out(file.path + ", " + reason(file) + ": all after line " +
                                  std::to_string(place.first + head_lines - 1));
                    }
                } else {
                    shown =
                        known->excerpts.add(surroundings(known->excerpts.definitions(), place, around_place), room_) ||
                        known->excerpts.add({{place.first > least ? place.first - least : 1,
                                              std::max(place.first, place.last) + least}},
                                            room_);
                }
                if (!shown) {
                    leave_out(file.path + ":" + std::to_string(place.first) + ", " + reason(file));
                } else if (std::find(known->why.begin(), known->why.end(), reason(file)) == known->why.end()) {
                    known->why.push_back(reason(file));
                }
            }
        }
    }

    [[nodiscard]] bool is_shown(const std::string& path) const {
        return std::any_of(editable_.begin(), editable_.end(), [&](const Editable& file) {
            return file.excerpts.path() == path && !file.excerpts.empty();
        });
    }

    void take_diffs() {
        std::size_t most = std::min(room_.left(), bytes_ / 4);
        for (const auto& diff : input_.diffs) {
            if (diff.adds_file && is_shown(diff.path)) {
                continue;  // each of its lines is new, and stands below
            }
            std::size_t missing = 0;
            const std::string part = cut(diff.text, most, missing);
            selection_.diff += part;
            most -= part.size();
            (void)room_.take(std::min(room_.left(), part.size()));
            if (missing > 0) {
                leave_out(count(missing, "line") + " of the change to " + base::printable(diff.path));
            }
        }
    }

    void render() {
        for (const auto& file : editable_) {
            const auto& excerpts = file.excerpts;
            if (excerpts.empty() && excerpts.line_count() > 0) {
                leave_out(excerpts.path());
                continue;
            }
            const char* rest = excerpts.is_whole() ? ")" : "; the rest is not shown)";
            selection_.editable.push_back(
                {excerpts.path(), excerpts.path() + " (" + excerpts.extent() + rest, excerpts.text()});
        }
        for (const auto& file : beside_) {
            const auto& excerpts = file.excerpts;
            if (excerpts.empty()) {
                continue;
            }
            std::string why;
            for (const auto& one : file.why) {
                why += one + "; ";
            }
            selection_.read.push_back(
                {excerpts.path(), excerpts.path() + " (" + why + excerpts.extent() + ")", excerpts.text()});
        }
    }

    const PromptInput& input_;
    std::size_t bytes_;
    Room room_;
    std::deque<Editable> editable_;
    std::vector<Beside> beside_;
    Selection selection_;
};

}  // namespace

Selection select(const PromptInput& input, std::size_t bytes) {
    return Chooser(input, bytes).run();
}

}  // namespace rfsn::llm
