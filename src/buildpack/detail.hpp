// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "buildpack/buildpack.hpp"

namespace rfsn::buildpack {

enum class FileFormat { text, toml, json, yaml, xml, ini };
/// By the file's name, so that a pack says a format only where the name does not.
[[nodiscard]] FileFormat format_of(std::string_view file);

/// A question about the tree below a project: does a file exist, has it a key, does a line match?
struct Probe {
    std::vector<std::string> exists;  ///< any of these, globs in the last component allowed
    std::string file;                 ///< read this one (a glob: each that matches, up to a limit)
    FileFormat format = FileFormat::text;
    std::vector<std::string> has;  ///< dotted paths, any of them
    std::string path;              ///< dotted path whose value is the answer
    std::string regex;             ///< group v, if there is one, is the answer
    std::string owns;              ///< a glob that a staged source of the project matches
    bool up = false;               ///< ask the directories above too, nearest first
    bool always = false;
    bool negate = false;
    std::vector<Probe> any;
    std::vector<Probe> all;
    std::string value;  ///< the answer when it holds; "" = what was found, or "true"
};

struct Fact {
    std::string name;
    std::vector<Probe> probes;  ///< the first that holds decides
};

struct Manifest {
    std::string pattern;  ///< a name or a glob over the last component
    int weight = 50;
    int nested = -1;  ///< weight below another project of this pack; -1 = the same
    int weak = -1;    ///< weight when `strong` does not hold
    std::vector<Probe> strong;
};

/// Which projects below a manifest belong to it.
struct Workspace {
    std::string kind;  ///< for people: "npm", "cargo", ...
    std::string file;  ///< name or glob
    FileFormat format = FileFormat::json;
    std::string needs;                 ///< a dotted path without which the file is no workspace
    std::vector<std::string> members;  ///< dotted paths ('*' is any key) to lists of globs
    std::vector<std::string> exclude;
    std::vector<std::string> otherwise;  ///< the members where no workspace of the directory names any
    std::string within;                  ///< text: only what this matches is looked at
    std::string regex;                   ///< text: its group, as often as it occurs, is a member
    std::string below_if;                ///< text: where this matches, everything below belongs to it
    std::vector<std::string> apart;      ///< names: a directory with one of them is not taken in by `below`
    std::vector<std::string> with;       ///< names: a directory below with one of them is a member
    std::vector<std::string> replaces;   ///< kinds that say nothing where this file is
    bool separators = false;             ///< ":a:b" and "a\b" are "a/b"
    bool below = false;                  ///< everything below belongs to it
    bool recursive = false;              ///< members name members in a file of the same name
};

struct AffectedRule {
    std::string match;               ///< over the path below the project's root, groups d and n
    std::vector<std::string> tries;  ///< "{d}tests/test_{n}.py", relative to the project's root
};

struct Pack::Detail {
    std::vector<Manifest> manifests;
    int minimum = 30;
    bool fallback = true;
    std::vector<Workspace> workspaces;
    std::vector<Fact> facts;
    std::vector<AffectedRule> affected;
    std::vector<std::string> test_files;  ///< globs: a staged one is its own affected test
    std::vector<std::string> widen_on;
    /// How packages of a project name each other: "cargo", "dotnet", "go", "gradle", "maven", "npm"; empty = unknown.
    /// Of several the project's `pm` decides.
    std::vector<std::string> package_graphs;
    std::vector<std::string> not_source;  ///< globs of files in the language that make no project: "*.config.js"
    std::vector<std::string> not_beside;  ///< extensions: sources in a directory with such files make no project
    /// Regular expressions for the start of a file, by extension: without a match it is something else of that name.
    std::map<std::string, std::string, std::less<>> content;
};

}  // namespace rfsn::buildpack
