// SPDX-License-Identifier: MIT
#include "base/doc.hpp"

#include <cmath>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rfsn::base {
namespace {

using Kind = DocNode::Kind;

std::string json_of(DocFormat format, std::string_view bytes) {
    const auto doc = parse_doc(format, bytes);
    return doc ? to_json(*doc) : "error: " + doc.error().message;
}
std::string yaml(std::string_view bytes) {
    return json_of(DocFormat::yaml, bytes);
}
std::string json(std::string_view bytes) {
    return json_of(DocFormat::json, bytes);
}
std::string xml(std::string_view bytes) {
    return json_of(DocFormat::xml, bytes);
}

/// "LINE:COLUMN message", or "" if it is fine.
std::string problem(DocFormat format, std::string_view bytes) {
    const auto doc = parse_doc(format, bytes);
    const auto checked = check_doc(format, bytes);
    if (doc) {
        EXPECT_FALSE(checked) << checked->message;
        return "";
    }
    const auto text = [](const DocError& error) {
        return std::to_string(error.at.line) + ":" + std::to_string(error.at.column) + " " + error.message;
    };
    EXPECT_TRUE(checked) << "check_doc accepts what parse_doc refuses: " << doc.error().message;
    if (checked) {
        EXPECT_EQ(text(*checked), text(doc.error()));
    }
    return text(doc.error());
}

DocNode scalar(const std::string& text) {
    auto doc = parse_doc(DocFormat::yaml, "- " + text);
    return doc && doc->items.size() == 1 ? doc->items[0] : DocNode();
}

TEST(Yaml, ResolvesPlainScalarsByTheCoreSchema) {
    for (const char* text : {"", "~", "null", "Null", "NULL"}) {
        EXPECT_EQ(scalar(text).kind, Kind::null) << text;
    }
    for (const char* text : {"true", "True", "TRUE"}) {
        EXPECT_TRUE(scalar(text).kind == Kind::boolean && scalar(text).boolean) << text;
    }
    // YAML 1.1's booleans and the Norway problem are not in 1.2.
    for (const char* text :
         {"yes", "no", "on", "off", "y",     "NO", "tRue",       "nul", "0b11", "1_000", "1:30",      "0x", "0o8",
          "+",   "-",  ".",  "1e",  "1.2.3", "e5", "2001-01-01", "- x", "0xg",  "-0x1",  ".infinity", "- "}) {
        EXPECT_NE(scalar(text).kind, Kind::integer) << text;
        EXPECT_NE(scalar(text).kind, Kind::number) << text;
        EXPECT_NE(scalar(text).kind, Kind::boolean) << text;
    }
    EXPECT_EQ(scalar("0x1F").integer, 31);
    EXPECT_EQ(scalar("0o17").integer, 15);
    EXPECT_EQ(scalar("017").integer, 17);
    EXPECT_EQ(scalar("-5").integer, -5);
    EXPECT_EQ(scalar("+5").integer, 5);
    EXPECT_EQ(scalar("9223372036854775807").integer, INT64_MAX);
    EXPECT_EQ(scalar("9223372036854775808").kind, Kind::number);
    EXPECT_EQ(scalar("1.5").number, 1.5);
    EXPECT_EQ(scalar(".5").number, 0.5);
    EXPECT_EQ(scalar("5.").number, 5);
    EXPECT_EQ(scalar("-1e3").number, -1000);
    EXPECT_EQ(scalar(".inf").number, HUGE_VAL);
    EXPECT_EQ(scalar("-.INF").number, -HUGE_VAL);
    EXPECT_TRUE(std::isnan(scalar(".nan").number));
    EXPECT_EQ(scalar("1e999").number, HUGE_VAL);
    EXPECT_EQ(scalar("-1e999").number, -HUGE_VAL);
    EXPECT_EQ(scalar("1e-999").number, 0);
    EXPECT_EQ(scalar("1.10").text, "1.10");
    EXPECT_EQ(scalar("TRUE").text, "TRUE");
    EXPECT_EQ(scalar("'true'").kind, Kind::string);
    EXPECT_EQ(scalar("\"1\"").kind, Kind::string);
    EXPECT_EQ(scalar("!!str 1").kind, Kind::string);
    EXPECT_EQ(scalar("! 1").kind, Kind::string);
    EXPECT_EQ(scalar("!!int '1'").kind, Kind::integer);
}

TEST(Yaml, ReadsStructuresWithPositions) {
    const auto doc =
        parse_doc(DocFormat::yaml, "# c\na: 1\nb:\n  - x\n  - {c: [1, 2]}\n\"k\xC3\xA9\": |\n  two\n  lines\n");
    ASSERT_TRUE(doc);
    EXPECT_EQ(to_json(*doc), "{\"a\":1,\"b\":[\"x\",{\"c\":[1,2]}],\"k\xC3\xA9\":\"two\\nlines\\n\"}");
    EXPECT_EQ(doc->key_positions[1].line, 3U);
    EXPECT_EQ(doc->key_positions[1].column, 1U);
    const DocNode* const c = doc->at_path("b.1.c.1");
    ASSERT_NE(c, nullptr);
    EXPECT_EQ(c->at.line, 5U);
    EXPECT_EQ(c->at.column, 13U);
    EXPECT_EQ(doc->at_path("b.2"), nullptr);
    EXPECT_EQ(doc->at_path("b.x"), nullptr);
    EXPECT_EQ(doc->at_path("a.b"), nullptr);
    EXPECT_EQ(doc->at_path(""), nullptr);
}

TEST(Yaml, ResolvesAnchors) {
    EXPECT_EQ(yaml("a: &x {k: 1}\nb: *x\nc: [*x, *x]\n"),
              "{\"a\":{\"k\":1},\"b\":{\"k\":1},\"c\":[{\"k\":1},{\"k\":1}]}");
    EXPECT_EQ(yaml("a: &x [1, &y [2]]\nb: *y\n"), "{\"a\":[1,[2]],\"b\":[2]}");
    EXPECT_EQ(yaml("a: &x 1\nb: &x 2\nc: *x\n"), "{\"a\":1,\"b\":2,\"c\":2}");
    EXPECT_EQ(yaml("base: &b {k: 1}\nd:\n  <<: *b\n"), "{\"base\":{\"k\":1},\"d\":{\"<<\":{\"k\":1}}}");
    EXPECT_EQ(yaml("&k a: 1\nb: *k\n"), "{\"a\":1,\"b\":\"a\"}");
    EXPECT_EQ(yaml("a: &k key\n*k : 1\n"), "{\"a\":\"key\",\"key\":1}");
    EXPECT_EQ(yaml("? [1, 2]\n: x\n? {a: b}\n: y\n"), "{\"[1,2]\":\"x\",\"{\\\"a\\\":\\\"b\\\"}\":\"y\"}");
    EXPECT_EQ(problem(DocFormat::yaml, "a: *nope\n"), "1:4 undefined alias 'nope'");
    const auto itself = parse_doc(DocFormat::yaml, "&a [*a]");
    ASSERT_FALSE(itself);
    EXPECT_NE(itself.error().message.find("contains it"), std::string::npos);
    EXPECT_FALSE(check_doc(DocFormat::yaml, "&a [*a]")) << "it is YAML, though no tree";
    EXPECT_FALSE(parse_yaml_stream("a: &x 1\n---\nb: *x\n")) << "anchors end with their document";
}

TEST(Yaml, RefusesWhatIsNotYaml) {
    EXPECT_EQ(problem(DocFormat::yaml, "a: b: c\n"), "1:5 mapping values are not allowed in this context");
    EXPECT_EQ(problem(DocFormat::yaml, "a: 1\nb: 2\na: 3\n"), "3:1 repeated key 'a'");
    EXPECT_EQ(problem(DocFormat::yaml, "x:\n  - {a: 1, b: 2, a: 3}\n"), "2:18 repeated key 'a'");
    EXPECT_EQ(problem(DocFormat::yaml, "a: \xC3\xA9\nb: \xFF\n"), "2:4 not valid UTF-8 (byte 0xff)");
    EXPECT_EQ(problem(DocFormat::yaml, "a: 'open\nb: 1\n").substr(0, 4), "3:1 ");
    EXPECT_EQ(problem(DocFormat::yaml, "a: [1, 2\nb: 3\n").substr(0, 2), "2:");
    EXPECT_EQ(problem(DocFormat::yaml, "a: x\x01y\n"), "1:5 control characters are not allowed (U+0001)");
    EXPECT_EQ(problem(DocFormat::yaml, std::string_view("a: \0b", 5)).substr(0, 4), "1:4 ");
    const std::string tab = problem(DocFormat::yaml, "a:\n\tb: 1\n");
    EXPECT_EQ(tab.substr(0, 4), "2:1 ");
    EXPECT_NE(tab.find("tab"), std::string::npos);
    EXPECT_EQ(problem(DocFormat::yaml, "a: %x\n"),
              "1:4 found character that cannot start any token (while scanning for the next token)");
    EXPECT_NE(problem(DocFormat::yaml, "a: !nope!x 1\n"), "");
    EXPECT_NE(problem(DocFormat::yaml, "- a\nb: 1\n"), "");
    EXPECT_EQ(problem(DocFormat::yaml,
                      "\xEF\xBB\xBF"
                      "a: 1\r\nb: 2\r\n"),
              "");
    std::string many = "first: 0\n";
    for (int i = 0; i < 40; ++i) {
        many += "k" + std::to_string(i) + ": 0\n";
    }
    EXPECT_EQ(problem(DocFormat::yaml, many), "");
    EXPECT_EQ(problem(DocFormat::yaml, many + "first: 1\n"), "42:1 repeated key 'first'");
}

TEST(Yaml, ReadsStreams) {
    EXPECT_EQ(parse_yaml_stream("")->size(), 0U);
    EXPECT_EQ(parse_yaml_stream("# only a comment\n")->size(), 0U);
    EXPECT_EQ(parse_yaml_stream("---\na: 1\n---\na: 2\n...\n")->size(), 2U);
    EXPECT_EQ(yaml(""), "null");
    EXPECT_EQ(yaml("# c\n"), "null");
    const auto two = parse_doc(DocFormat::yaml, "a: 1\n---\nb: 1\n");
    ASSERT_FALSE(two);
    EXPECT_EQ(two.error().at.line, 2U);
}

TEST(Yaml, BoundsBombs) {
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int k = 0; k < 10; ++k) {
            bomb += (k == 0 ? "" : ",") + before;
        }
        bomb += "]\n";
    }
    const auto laughs = parse_doc(DocFormat::yaml, bomb);
    ASSERT_FALSE(laughs);
    EXPECT_NE(laughs.error().message.find("more than 5000000 values"), std::string::npos);
    EXPECT_FALSE(check_doc(DocFormat::yaml, bomb)) << "it is YAML, and checking it costs nothing";
    std::string fat = "a: &a \"" + std::string(1 << 20, 'x') + "\"\nb: [";
    for (int i = 0; i < 3000; ++i) {
        fat += "*a, ";
    }
    EXPECT_FALSE(parse_doc(DocFormat::yaml, fat + "*a]\n"));
    EXPECT_EQ(problem(DocFormat::yaml, std::string(150, '[') + std::string(150, ']')), "");
    EXPECT_EQ(problem(DocFormat::yaml, std::string(300, '[') + std::string(300, ']')),
              "1:201 nested more than 200 deep");
    EXPECT_NE(problem(DocFormat::yaml, std::string(200'000, '[')), "");
    EXPECT_NE(problem(DocFormat::yaml, std::string(200'000, '{')), "");
}

TEST(Json, ReadsValuesWithPositions) {
    EXPECT_EQ(json(" {\"b\":1,\"a\":[true,false,null,-2,1.50,\"\\u00e9\\n\"]} "),
              "{\"b\":1,\"a\":[true,false,null,-2,1.5,\"\xC3\xA9\\n\"]}");
    const auto doc = parse_doc(DocFormat::json, "{\"a\": 1,\n \"\xC3\xA9\\\"k\": [ 1.50,\n\t{\"x\": \"y\"} ] }");
    ASSERT_TRUE(doc);
    EXPECT_EQ(doc->at.column, 1U);
    EXPECT_EQ(doc->entries[0].second.at.column, 7U);
    EXPECT_EQ(doc->key_positions[1].line, 2U);
    EXPECT_EQ(doc->key_positions[1].column, 2U);
    EXPECT_EQ(doc->entries[1].second.at.column, 10U);
    EXPECT_EQ(doc->entries[1].second.items[0].text, "1.50");
    EXPECT_EQ(doc->entries[1].second.items[0].at.column, 12U);
    const DocNode& inner = doc->entries[1].second.items[1];
    EXPECT_EQ(inner.at.line, 3U);
    EXPECT_EQ(inner.at.column, 2U);
    EXPECT_EQ(inner.find("x")->at.column, 8U);
    EXPECT_EQ(parse_doc(DocFormat::json, "18446744073709551615")->kind, Kind::number);
    EXPECT_EQ(parse_doc(DocFormat::json, "18446744073709551615")->text, "18446744073709551615");
    EXPECT_EQ(json("\"\\ud83d\\ude00\""), "\"\U0001F600\"");
    EXPECT_EQ(json("\xEF\xBB\xBF[1]"), "[1]");
}

TEST(Json, RefusesWhatIsNotJson) {
    EXPECT_EQ(problem(DocFormat::json, "{\"a\":1,\n  \"a\":2}"), "2:3 repeated key 'a'");
    EXPECT_EQ(problem(DocFormat::json, "[1,]").substr(0, 4), "1:4 ");
    EXPECT_EQ(problem(DocFormat::json, "{\"a\" 1}").substr(0, 4), "1:6 ");
    EXPECT_EQ(problem(DocFormat::json, "[1,\n 2\n").substr(0, 4), "3:1 ");
    EXPECT_EQ(problem(DocFormat::json, "[1] x").substr(0, 4), "1:5 ");
    EXPECT_EQ(problem(DocFormat::json, std::string_view("[1]\0x", 5)), "1:4 a NUL byte");
    EXPECT_EQ(problem(DocFormat::json, "\"\xFF\""), "1:2 not valid UTF-8 (byte 0xff)");
    for (const char* bad : {"",     " ",     "{",     "[",          "\"",      "{'a':1}", "[01]",    "[+1]",
                            "[.5]", "[1.]",  "NaN",   "[Infinity]", "// c\n1", "\"\t\"",  "\"\\x\"", "\"\\ud800\"",
                            "tru",  "nulll", "[1 2]", "{\"a\":1,}", "{1:2}",   "--1"}) {
        EXPECT_NE(problem(DocFormat::json, bad), "") << bad;
    }
    EXPECT_EQ(problem(DocFormat::json, "[nope]").find("json.exception"), std::string::npos);
    EXPECT_EQ(problem(DocFormat::json, std::string(200, '[') + std::string(200, ']')), "");
    EXPECT_EQ(problem(DocFormat::json, std::string(201, '[') + std::string(201, ']')),
              "1:201 nested more than 200 deep");
    EXPECT_NE(problem(DocFormat::json, std::string(1'000'000, '[')), "");
}

TEST(Json, OneLongLineIsNotSlow) {
    std::string wide = "[0";
    for (int i = 0; i < 300'000; ++i) {
        wide += ",1";
    }
    const auto doc = parse_doc(DocFormat::json, wide + "]");
    ASSERT_TRUE(doc);
    EXPECT_EQ(doc->items.back().at.column, 2U + 2U * 300'000U);
    std::string too_many = "[0";
    for (int i = 0; i < 5'000'001; ++i) {
        too_many += ",1";
    }
    too_many += "]";
    EXPECT_FALSE(parse_doc(DocFormat::json, too_many));
    EXPECT_FALSE(check_doc(DocFormat::json, too_many));
}

TEST(Toml, KeepsTheOrderOfTheDocument) {
    const std::string_view text =
        "z = 1\na = 0x1F\n[tool.ruff]\nline-length = 100\nselect = ['E', \"F\"]\n[build]\nrequires = []\n[[bin]]\nname "
        "= \"x\"\n[[bin]]\nname = \"y\"\n"
        "[tool.black]\nd = 2024-01-02T03:04:05Z\nf = 1.5\nb = true\n";
    const auto doc = parse_doc(DocFormat::toml, text);
    ASSERT_TRUE(doc) << doc.error().message;
    EXPECT_EQ(to_json(*doc),
              "{\"z\":1,\"a\":31,\"tool\":{\"ruff\":{\"line-length\":100,\"select\":[\"E\",\"F\"]},"
              "\"black\":{\"d\":\"2024-01-02T03:04:05Z\",\"f\":1.5,\"b\":true}},\"build\":{\"requires\":[]},"
              "\"bin\":[{\"name\":\"x\"},{\"name\":\"y\"}]}");
    EXPECT_EQ(doc->at_path("tool.ruff.line-length")->at.line, 4U);
    EXPECT_EQ(doc->at_path("tool.ruff.line-length")->at.column, 15U);
    EXPECT_EQ(doc->at_path("tool.ruff")->strings("select"), (std::vector<std::string>{"E", "F"}));
}

TEST(Toml, RefusesWhatIsNotToml) {
    EXPECT_EQ(problem(DocFormat::toml, "a = 1\na = 2\n").substr(0, 4), "2:5 ")
        << problem(DocFormat::toml, "a = 1\na = 2\n");
    EXPECT_EQ(problem(DocFormat::toml, "a = 1\n[b\nc = 1\n").substr(0, 2), "2:");
    for (const char* bad : {"a", "a =", "= 1", "a = [1", "a = 'x", "[a]\n[a]\n", "a = 1 b = 2", "a.b = 1\na = 2\n",
                            "x = 01", "\"\"\"a\"\"\" = 1"}) {
        EXPECT_NE(problem(DocFormat::toml, bad), "") << bad;
    }
    EXPECT_EQ(problem(DocFormat::toml, "a = \"\xFF\"\n"), "1:6 not valid UTF-8 (byte 0xff)");
    EXPECT_EQ(problem(DocFormat::toml, ""), "");
    // These ended toml++ itself.
    EXPECT_EQ(problem(DocFormat::toml, "[@a]\n").substr(0, 2), "1:");
    EXPECT_EQ(problem(DocFormat::toml, "[\n").substr(0, 2), "1:");
    EXPECT_EQ(problem(DocFormat::toml,
                      "\xEF\xB3\xBF"
                      "a = 1\n"),
              "1:1 a character that TOML allows in strings and comments only");
    EXPECT_EQ(problem(DocFormat::toml,
                      "\xEF\xBB\xBF"
                      "a = '\xC3\xA9' # \xC3\xA9\r\n\"\xC3\xA9\" = 1\n"),
              "");
}

TEST(Toml, BoundsDepth) {
    const auto dotted = [](std::size_t parts) {
        std::string key = "a";
        for (std::size_t i = 1; i < parts; ++i) {
            key += ".a";
        }
        return key;
    };
    EXPECT_EQ(problem(DocFormat::toml, dotted(100) + " = 1\n"), "");
    EXPECT_NE(problem(DocFormat::toml, dotted(1'000'000) + " = 1\n"), "");
    EXPECT_NE(problem(DocFormat::toml, "[" + dotted(1'000'000) + "]\n"), "");
    EXPECT_NE(problem(DocFormat::toml, "x = {" + dotted(500'000) + " = 1}\n"), "");
    std::string nested = "x = ";
    for (int i = 0; i < 240; ++i) {
        nested += "{" + dotted(150) + " = ";
    }
    EXPECT_NE(problem(DocFormat::toml, nested), "");
    EXPECT_NE(problem(DocFormat::toml, "x = " + std::string(100'000, '[')), "");
    // Dots in strings, comments, floats and version lists are no depth.
    std::string dots(5000, '.');
    EXPECT_EQ(problem(DocFormat::toml,
                      "a = \"" + dots + "\" # " + dots + "\nb = '''\n" + dots + "'\"''' # \" \nc = \"\"\"\\\"\"\"\"\n"),
              "");
    std::string floats = "f = [0.5";
    for (int i = 0; i < 1000; ++i) {
        floats += ", 1.5";
    }
    EXPECT_EQ(problem(DocFormat::toml, floats + "]\n"), "");
    std::string tables;
    for (int i = 0; i < 1000; ++i) {
        tables += "[t" + std::to_string(i) + ".a.b]\nc.d = {e.f = [{g = 1.5}]}\n";
    }
    EXPECT_EQ(problem(DocFormat::toml, tables), "");
}

TEST(Xml, MapsElementsAttributesAndText) {
    EXPECT_EQ(xml("<?xml version=\"1.0\"?><r a=\"1\" b='&lt;'><c>x</c><d/><c>y &amp; z</c> tail </r>"),
              "{\"r\":[{\"@a\":\"1\",\"@b\":\"<\",\"c\":[{\"#text\":\"x\"},{\"#text\":\"y & "
              "z\"}],\"d\":[{}],\"#text\":\" tail \"}]}");
    EXPECT_EQ(xml("<a>\n  <b> </b>\n</a>"), "{\"a\":[{\"b\":[{\"#text\":\" \"}]}]}");
    EXPECT_EQ(xml("<a><![CDATA[<x>]]>y</a>"), "{\"a\":[{\"#text\":\"<x>y\"}]}");
    const auto doc = parse_doc(DocFormat::xml, "<r>\n  <c k='v'/>\n</r>");
    ASSERT_TRUE(doc);
    EXPECT_EQ(doc->at_path("r.0.c.0")->at.line, 2U);
    EXPECT_EQ(doc->at_path("r.0.c.0")->at.column, 3U);
    EXPECT_EQ(doc->at_path("r.0.c.0.@k")->text, "v");
}

TEST(Xml, RefusesEntitiesAndWhatIsNotXml) {
    EXPECT_NE(problem(DocFormat::xml, "<!DOCTYPE r [<!ENTITY e \"x\">]><r>&e;</r>").find("document type"),
              std::string::npos);
    EXPECT_NE(problem(DocFormat::xml, "<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>").find("document type"),
              std::string::npos);
    EXPECT_EQ(problem(DocFormat::xml, "<a>\n<b></a>").substr(0, 2), "2:");
    for (const char* bad : {"", "x", "<a", "<a>", "<a></b>", "<a/><b/>", "<a x=1/>", "<a x='1' x='2'/>",
                            "<a>&nope;</a>", "<a>&#0;</a>", "<a>\x01</a>"}) {
        EXPECT_NE(problem(DocFormat::xml, bad), "") << bad;
    }
    EXPECT_EQ(problem(DocFormat::xml, "<a>\xFF</a>"), "1:4 not valid UTF-8 (byte 0xff)");
    std::string deep;
    for (int i = 0; i < 100'000; ++i) {
        deep += "<a>";
    }
    EXPECT_NE(problem(DocFormat::xml, deep).find("deep"), std::string::npos);
}

TEST(DocNode, LooksUpWithFallbacks) {
    const auto doc = parse_doc(DocFormat::yaml, "s: x\ni: 3\nf: 1.10\nb: true\nn:\nl: [a, 1, {x: y}, ~]\nm: {k: v}\n");
    ASSERT_TRUE(doc);
    EXPECT_EQ(doc->string_or("s", "?"), "x");
    EXPECT_EQ(doc->string_or("f", "?"), "1.10");
    EXPECT_EQ(doc->string_or("n", "?"), "?");
    EXPECT_EQ(doc->string_or("l", "?"), "?");
    EXPECT_EQ(doc->int_or("i", 0), 3);
    EXPECT_EQ(doc->int_or("s", 9), 9);
    EXPECT_TRUE(doc->bool_or("b", false));
    EXPECT_TRUE(doc->bool_or("i", true));
    EXPECT_EQ(doc->strings("l"), (std::vector<std::string>{"a", "1"}));
    EXPECT_EQ(doc->strings("s"), std::vector<std::string>{"x"});
    EXPECT_TRUE(doc->strings("m").empty());
    EXPECT_TRUE(doc->strings("absent").empty());
    EXPECT_EQ(scalar("x").find("k"), nullptr);
}

TEST(JsonQuote, IsReadBackAsItWas) {
    std::string all;
    for (int c = 0; c < 0x80; ++c) {
        all += static_cast<char>(c);
    }
    all += "\xC3\xA9\U0001F600";
    EXPECT_EQ(nlohmann::json::parse(json_quote(all)).get<std::string>(), all);
    EXPECT_EQ(nlohmann::json::parse(json_quote("a\xFF\xC3")).get<std::string>(), "a\uFFFD\uFFFD");
}

TEST(ToJson, WritesWhatAnotherParserReads) {
    const std::string text =
        to_json(*parse_doc(DocFormat::yaml, "{a: .inf, b: [0.1, 1e300, -0.0], \"q\\\"\": \"\\0\"}"));
    const auto parsed = nlohmann::json::parse(text);
    EXPECT_TRUE(parsed["a"].is_null());
    EXPECT_EQ(parsed["b"][0].get<double>(), 0.1);
    EXPECT_EQ(parsed["b"][1].get<double>(), 1e300);
    EXPECT_EQ(parsed["q\""].get<std::string>(), std::string(1, '\0'));
}

TEST(ToJson, NumbersAreReadBackAsWhatTheyWere) {
    for (const char* text : {"-00.", "-0.0", "0.0", "1.5", "-2e300", "1e19"}) {
        const std::string once = to_json(*parse_doc(DocFormat::yaml, text));
        EXPECT_EQ(to_json(*parse_doc(DocFormat::json, once)), once) << text;
    }
    EXPECT_EQ(to_json(*parse_doc(DocFormat::yaml, "-0.0")), "-0.0");
}

}  // namespace
}  // namespace rfsn::base
