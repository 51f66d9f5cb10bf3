// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cli/commands.hpp"

namespace rfsn::cli {
namespace {

/// In a repository all layers, elsewhere those of the user.
base::Result<config::Loaded> load_here(Context& context) {
    auto session = open_session(context);
    if (!session && session.error().code == base::ErrorCode::not_found) {
        return gate::user_config(context.env, context.overrides);
    }
    if (!session) {
        return tl::make_unexpected(std::move(session.error()));
    }
    RFSN_ASSIGN(const auto snapshot, (*session)->source().snapshot({}));
    const git::TreeView view((*session)->source(), snapshot);
    RFSN_TRY((*session)->load_config(&view));
    return (*session)->config();
}

}  // namespace

int cmd_config(const Invocation& invocation, Context& context) {
    if (invocation.has("schema")) {
        return print(config::json_schema() + "\n");
    }
    const auto loaded = load_here(context);
    if (!loaded) {
        return fail_with(loaded.error());
    }
    const std::string wanted = invocation.positionals.empty() ? "" : invocation.positionals.front();
    std::string text;
    std::vector<std::string> known;
    for (const auto& origin : loaded->origins) {
        known.push_back(origin.key);
        if (!wanted.empty() && origin.key != wanted && origin.key.rfind(wanted + ".", 0) != 0) {
            continue;
        }
        text += origin.key == wanted && !invocation.has("show-origin")
                    ? base::printable(origin.value)
                    : origin.key + ": " + base::printable(origin.value);
        if (invocation.has("show-origin")) {
            text += "  # " + std::string(config::name(origin.layer)) +
                    (origin.where.empty() ? "" : " " + base::printable(origin.where));
        }
        text += "\n";
    }
    if (text.empty()) {
        const std::string near = base::nearest(wanted, known);
        return fail_with({base::ErrorCode::usage,
                          "there is no setting '" + base::printable(wanted) + "'" +
                              (near.empty() ? "" : "; did you mean '" + near + "'?"),
                          {}});
    }
    return print(text);
}

}  // namespace rfsn::cli
