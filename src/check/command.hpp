// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "buildpack/buildpack.hpp"

namespace rfsn::check {

/// What a command's placeholders stand for in one place.
struct CommandValues {
    std::string root;     ///< the place's tree, absolute
    std::string project;  ///< root + the project's own root, absolute
    std::string out;
    std::string cache;
    std::string tool;  ///< the resolved program; stands for argv[0] too when that is one of `tool_names`
    std::vector<std::string> tool_names;
    std::vector<std::string> members;   ///< of a workspace; an argument with "{member}" stands once for each
    std::string search_path;            ///< PATH, for Command::if_program
    std::vector<std::string> files;     ///< repository-relative
    std::vector<std::string> headers;   ///< repository-relative; looked at through one of `files` each
    std::vector<std::string> tests;     ///< repository-relative; empty: {tests} is dropped and the tool finds them all
    std::vector<std::string> packages;  ///< as the build tool names them; empty: all
};

struct ExpandedCommand {
    std::vector<std::string> argv;
    std::string cwd;
    std::vector<std::string> env;
    std::string file;  ///< repository-relative, of a {file} command; else empty
};

/// argv with its placeholders replaced, as many times as the files need: "{files}" as a whole argument becomes the
/// paths (relative to the working directory, never starting with '-'), split so that no argv grows past 100 kB or
/// `batch` files; "{file}" makes one command per file, "{package}" in an argument one per package of `packages`
/// (without any, one command without that argument); an argument with "{headers}" gets a regular expression for them,
/// or is dropped without any. Nothing is ever given to a shell.
[[nodiscard]] std::vector<ExpandedCommand> expand(const buildpack::Command& command, const CommandValues& values,
                                                  int batch);

/// One string with its placeholders (but files and tests) replaced.
[[nodiscard]] std::string expand_text(std::string text, const CommandValues& values);

}  // namespace rfsn::check
