// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/env.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "buildpack/buildpack.hpp"
#include "buildpack/detection_bytes.hpp"
#include "support/temp_repo.hpp"

namespace rfsn::buildpack {
namespace {

struct File {
    std::string path;
    std::string mode = "100644";
    std::string content;
};

struct Wanted {
    std::string name;  ///< "python ." or "python . (files)"
    std::map<std::string, std::string> facts;
};

struct Case {
    std::string name;
    std::string where;
    std::vector<File> files;
    std::vector<std::string> packs;
    std::vector<Wanted> projects;
    std::vector<std::string> notes;
    bool only_whole = false;
};

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const char next = text[++i];
        if (next == 'x' && i + 2 < text.size()) {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            out += next == 'n' ? '\n' : next == 'r' ? '\r' : next == 't' ? '\t' : next;
        }
    }
    return out;
}

std::vector<std::string> words(std::string_view text) {
    std::istringstream in{std::string(text)};
    std::vector<std::string> out;
    for (std::string word; in >> word;) {
        out.push_back(word);
    }
    return out;
}

File file_of(std::string_view line) {
    const auto bar = line.find(" |");
    const auto content = bar == std::string_view::npos ? std::string_view("\\n") : line.substr(bar + 2);
    const auto head = words(line.substr(0, bar));
    File file{unescaped(head.at(0)), "100644", unescaped(content.substr(content.substr(0, 1) == " " ? 1 : 0))};
    for (std::size_t i = 1; i < head.size(); ++i) {
        if (head[i] == "@x" || head[i] == "@l") {
            file.mode = head[i] == "@x" ? "100755" : "120000";
        } else {
            const auto once = file.content;
            file.content.clear();
            for (int n = std::stoi(head[i].substr(1)); n > 0; --n) {
                file.content += once;
            }
        }
    }
    return file;
}

void expectation(std::string_view line, Case& out) {
    const auto parts = words(line);
    if (parts.at(0) == "packs") {
        for (std::size_t i = 1; i < parts.size(); ++i) {
            out.packs.push_back(parts[i].substr(0, parts[i].find(',')));
        }
    } else if (parts[0] == "note") {
        out.notes.emplace_back(line.substr(line.find("note ") + 5));
    } else if (parts[0] == "only") {
        out.only_whole = true;
    } else {
        Wanted wanted{parts.at(1) + " " + unescaped(parts[0]), {}};
        for (std::size_t i = 2; i < parts.size(); ++i) {
            if (parts[i] == "(files)") {
                wanted.name += " (files)";
            } else {
                wanted.facts[parts[i].substr(0, parts[i].find('='))] =
                    unescaped(parts[i].substr(parts[i].find('=') + 1));
            }
        }
        out.projects.push_back(std::move(wanted));
    }
}

std::vector<Case> cases() {
    std::vector<std::filesystem::path> sheets;
    for (const auto& entry : std::filesystem::directory_iterator(RFSN_SOURCE_DIR "/tests/fixtures/detection")) {
        if (entry.path().extension() == ".txt") {
            sheets.push_back(entry.path());
        }
    }
    std::sort(sheets.begin(), sheets.end());
    std::vector<Case> out;
    for (const auto& sheet : sheets) {
        std::ifstream in(sheet);
        std::size_t number = 0;
        for (std::string line; std::getline(in, line);) {
            ++number;
            // "[z]/x.go" is a path: a name stands alone in its brackets.
            if (line.size() > 2 && line.front() == '[' && line.back() == ']') {
                out.push_back({line.substr(1, line.size() - 2),
                               sheet.filename().string() + ":" + std::to_string(number),
                               {},
                               {},
                               {},
                               {},
                               false});
            } else if (!line.empty() && line.front() == '>') {
                expectation(std::string_view(line).substr(1), out.back());
            } else if (!line.empty()) {
                out.back().files.push_back(file_of(line));
            }
        }
    }
    return out;
}

/// "a/b" as fast-import reads it whatever it holds.
std::string quoted(const std::string& path) {
    std::string out = "\"";
    for (const char c : path) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return out + "\"";
}

/// One repository with a branch for each tree: "t0", "t1", ...
class Trees {
   public:
    explicit Trees(const std::vector<Case>& all) {
        std::string stream;
        for (std::size_t i = 0; i < all.size(); ++i) {
            stream += "commit refs/heads/t" + std::to_string(i) + "\ncommitter t <t@example.org> 0 +0000\ndata 0\n";
            for (const auto& file : all[i].files) {
                stream += "M " + file.mode + " inline " + quoted(file.path) + "\ndata " +
                          std::to_string(file.content.size()) + "\n" + file.content + "\n";
            }
            stream += "\n";
        }
        repo_.git({"fast-import", "--quiet"}, stream + "done\n");
        auto opened = git::Repository::open(repo_.path(), base::Environment::of_process(), runner_);
        repository_ = std::make_unique<git::Repository>(std::move(opened.value()));
        source_ = std::move(git::staged_source(*repository_).value());
        for (std::size_t i = 0; i < all.size(); ++i) {
            trees_.push_back(repo_.git({"rev-parse", "t" + std::to_string(i) + "^{tree}"}).substr(0, 40));
        }
    }

    /// The tree itself, or a change that adds all of it to nothing.
    [[nodiscard]] Detection detect(std::size_t i, bool whole) {
        model::Snapshot snapshot;
        snapshot.id = trees_[i];
        snapshot.source = model::SnapshotSource::range;
        snapshot.base_tree = snapshot.result_tree = trees_[i];
        if (!whole) {
            const auto entries = source_->walk(trees_[i]);
            for (const auto& entry : entries.value()) {
                model::StagedFile file;
                file.path = entry.name;
                file.kind = model::ChangeKind::added;
                file.mode = entry.mode;
                file.blob = entry.object;
                snapshot.files.push_back(std::move(file));
            }
            std::sort(snapshot.files.begin(), snapshot.files.end(),
                      [](const auto& a, const auto& b) { return a.path < b.path; });
        }
        const git::TreeView view(*source_, snapshot);
        Registry registry;
        auto found = whole ? detect_all(view, registry) : detect_for_change(view, registry);
        EXPECT_TRUE(found.has_value()) << (found ? "" : found.error().describe());
        return found ? std::move(*found) : Detection{};
    }

   private:
    test::TempRepo repo_;
    base::PosixProcessRunner runner_;
    std::unique_ptr<git::Repository> repository_;
    std::unique_ptr<git::StagedSource> source_;
    std::vector<std::string> trees_;
};

std::string joined(const std::vector<std::string>& words, const char* with) {
    std::string out;
    for (const auto& word : words) {
        out += (out.empty() ? "" : with) + word;
    }
    return out;
}

std::string fact(const model::Project& project, const std::string& name) {
    if (name == "members") {
        return joined(project.members, ",");
    }
    const auto found = project.facts.find(name);
    return found == project.facts.end() ? "-" : found->second;
}

void judge(const Case& wanted, const Detection& found) {
    EXPECT_EQ(found.packs, wanted.packs);
    std::vector<std::string> names;
    for (const auto& project : found.projects) {
        names.push_back(project.pack + " " + project.root + (project.fallback ? " (files)" : ""));
    }
    std::vector<std::string> wanted_names;
    for (const auto& project : wanted.projects) {
        wanted_names.push_back(project.name);
    }
    ASSERT_EQ(names, wanted_names);
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (const auto& [name, value] : wanted.projects[i].facts) {
            EXPECT_EQ(fact(found.projects[i], name), value) << names[i] << ": " << name;
        }
    }
}

TEST(FixtureTrees, SayWhatTheyAre) {
    const auto all = cases();
    EXPECT_GE(all.size(), 200U);
    std::set<std::string> names;
    Trees trees(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_TRUE(names.insert(all[i].where.substr(0, all[i].where.find(':')) + all[i].name).second)
            << "a second case named " << all[i].name;
        for (const bool whole : {true, false}) {
            if (!whole && all[i].only_whole) {
                continue;
            }
            const auto found = trees.detect(i, whole);
            SCOPED_TRACE(all[i].where + " [" + all[i].name + "] " + (whole ? "whole tree" : "change") + "\n" +
                         joined(found.notes, "\n"));
            judge(all[i], found);
            const auto kept = detection_from_bytes(to_bytes(found));
            ASSERT_TRUE(kept.has_value()) << kept.error().describe();
            judge(all[i], *kept);
            EXPECT_FALSE(detection_from_bytes(to_bytes(found).substr(0, to_bytes(found).size() - 1)).has_value());
            for (const auto& text : all[i].notes) {
                EXPECT_TRUE(std::any_of(found.notes.begin(), found.notes.end(), [&](const std::string& note) {
                    return note.find(text) != std::string::npos;
                })) << text;
            }
            EXPECT_EQ(found.notes, trees.detect(i, whole).notes) << "not deterministic";
        }
    }
}

}  // namespace
}  // namespace rfsn::buildpack
