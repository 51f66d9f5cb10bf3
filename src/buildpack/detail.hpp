// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "buildpack/buildpack.hpp"

namespace rfsn::buildpack {

enum class FileFormat { text, toml, json, yaml, xml, ini };

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
    std::vector<std::string> members;  ///< dotted paths to lists of globs
    std::vector<std::string> exclude;
    std::string regex;        ///< text: group v, as often as it occurs, is a member
    std::string member_file;  ///< globs match directories; else the last component is dropped when it names a file
    bool separators = false;  ///< ":a:b" and "a\b" are "a/b"
    bool below = false;       ///< everything below belongs to it
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
    std::vector<std::string> not_source;  ///< globs of files in the language that make no project: "*.config.js"
};

}  // namespace rfsn::buildpack
