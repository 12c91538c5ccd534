#include "lib/base/log.h"

#include <gtest/gtest.h>

namespace nave::log {
namespace {

TEST(LogTest, TextFormKeepsOneLineAndQuotesFields) {
  EXPECT_EQ(Format(Form::kText, Level::kWarning, "two\nlines", {{"name", "a \"b\"\n"}}),
            "warning: two lines name=\"a \\\"b\\\"\\u000a\"");
}

TEST(LogTest, JsonFormIsFieldsOfAnObject) {
  EXPECT_EQ(Format(Form::kJson, Level::kInfo, "serving", {{"revision", "12"}}),
            "\"level\":\"info\",\"text\":\"serving\",\"revision\":\"12\"");
}

TEST(LogTest, LevelsAndFormsAreNamed) {
  Level level = Level::kInfo;
  ASSERT_TRUE(ParseLevel("error", &level).ok());
  EXPECT_EQ(level, Level::kError);
  EXPECT_EQ(ParseLevel("loud", &level).message(),
            "unknown log level 'loud': use debug, info, warning or error");
  Form form = Form::kText;
  ASSERT_TRUE(ParseForm("json", &form).ok());
  EXPECT_EQ(form, Form::kJson);
  EXPECT_FALSE(ParseForm("xml", &form).ok());
}

}  // namespace
}  // namespace nave::log
