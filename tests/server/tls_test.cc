#include "server/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "server/certificate.h"
#include "server/files.h"
#include "tests/testing/temp_dir.h"

namespace nave::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

mode_t ModeOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777;
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    flags_.data_dir = dir_.path();
    flags_.listen = {*net::Endpoint::Parse("127.53.0.10:7443")};
  }
  std::string Path(const std::string& name) const { return dir_.File("tls/" + name); }
  std::string Contents(const std::string& name) const {
    return ReadSmallFile(Path(name)).value_or("missing");
  }

  testing::TempDir dir_;
  Flags flags_;
};

TEST_F(TlsTest, FirstStartMakesFilesWithTheirModes) {
  const auto tls = PrepareTls(flags_, kNow);
  ASSERT_TRUE(tls.ok()) << tls.status();
  EXPECT_EQ(tls->ca_path, Path("ca.crt"));
  EXPECT_EQ(ModeOf(Path("ca.key")), 0600u);
  EXPECT_EQ(ModeOf(Path("server.key")), 0600u);
  EXPECT_EQ(ModeOf(Path("ca.crt")), 0644u);
  EXPECT_EQ(ModeOf(dir_.File("tls")), 0700u);
  EXPECT_TRUE(CheckSignedBy(tls->certificate, Contents("ca.crt"), kNow).ok());
  EXPECT_TRUE(CheckPair({tls->certificate, tls->key}).ok());
  EXPECT_EQ(*EndOf(Contents("ca.crt")), kNow + kCaLife);
}

TEST_F(TlsTest, CertificateIsGoodForLoopbackListenersAndGivenNames) {
  flags_.tls_names = {"Nave.Example.com", "2001:db8::1"};
  const auto tls = PrepareTls(flags_, kNow);
  ASSERT_TRUE(tls.ok()) << tls.status();
  EXPECT_THAT(*NamesOf(tls->certificate),
              IsSupersetOf({"localhost", "127.0.0.1", "::1", "127.53.0.10", "nave.example.com",
                            "2001:db8::1"}));
}

TEST_F(TlsTest, LaterStartsKeepEverything) {
  const auto first = PrepareTls(flags_, kNow);
  const std::string ca = Contents("ca.crt");
  const auto second = PrepareTls(flags_, kNow + absl::Hours(24 * 100));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(Contents("ca.crt"), ca);
  EXPECT_EQ(first->certificate, second->certificate);
}

TEST_F(TlsTest, RenewsTheServerCertificateBeforeItEndsAndKeepsTheCa) {
  const auto first = PrepareTls(flags_, kNow);
  const std::string ca = Contents("ca.crt");
  const absl::Time later = kNow + kServerCertificateLife - kRenewBefore + absl::Hours(1);
  const auto second = PrepareTls(flags_, later);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(Contents("ca.crt"), ca);
  EXPECT_NE(first->certificate, second->certificate);
  EXPECT_EQ(*EndOf(second->certificate), later + kServerCertificateLife);
  EXPECT_TRUE(CheckSignedBy(second->certificate, ca, later).ok());
}

TEST_F(TlsTest, ANewNameMakesANewCertificate) {
  const auto first = PrepareTls(flags_, kNow);
  flags_.tls_names = {"more.example.com"};
  const auto second = PrepareTls(flags_, kNow);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->certificate, second->certificate);
}

TEST_F(TlsTest, APairTornByACrashIsMadeAgain) {
  ASSERT_TRUE(PrepareTls(flags_, kNow).ok());
  const auto other = MakeCa(kNow);
  ASSERT_TRUE(WriteSmallFile(Path("server.key"), other->key, kPrivateMode).ok());
  const auto tls = PrepareTls(flags_, kNow);
  ASSERT_TRUE(tls.ok()) << tls.status();
  EXPECT_TRUE(CheckPair({tls->certificate, tls->key}).ok());
}

TEST_F(TlsTest, KeysThatOthersMayReadAreRefusedWithTheRemedy) {
  for (const char* key : {"ca.key", "server.key"}) {
    ASSERT_TRUE(PrepareTls(flags_, kNow).ok());
    ASSERT_EQ(::chmod(Path(key).c_str(), 0640), 0);
    const absl::Status status = PrepareTls(flags_, kNow).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << key;
    EXPECT_THAT(std::string(status.message()), HasSubstr("chmod 600"));
    EXPECT_EQ(CheckTlsFiles(flags_, kNow).code(), absl::StatusCode::kPermissionDenied);
    ASSERT_EQ(::chmod(Path(key).c_str(), 0600), 0);
  }
}

TEST_F(TlsTest, AnEndedCaIsNotReplacedSilently) {
  ASSERT_TRUE(PrepareTls(flags_, kNow).ok());
  EXPECT_EQ(PrepareTls(flags_, kNow + kCaLife + absl::Hours(1)).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(TlsTest, TheUsersOwnFilesAreCheckedAndUsed) {
  const KeyPair ca = *MakeCa(kNow);
  const KeyPair server = *MakeServerCertificate(ca, {"localhost"}, kNow);
  ASSERT_TRUE(WriteSmallFile(dir_.File("ca"), ca.certificate, kPublicMode).ok());
  ASSERT_TRUE(WriteSmallFile(dir_.File("crt"), server.certificate, kPublicMode).ok());
  ASSERT_TRUE(WriteSmallFile(dir_.File("key"), server.key, kPrivateMode).ok());
  flags_.tls_ca = dir_.File("ca");
  flags_.tls_certificate = dir_.File("crt");
  flags_.tls_key = dir_.File("key");
  const auto tls = PrepareTls(flags_, kNow);
  ASSERT_TRUE(tls.ok()) << tls.status();
  EXPECT_EQ(tls->certificate, server.certificate);
  EXPECT_FALSE(FileExists(dir_.File("tls")));

  ASSERT_TRUE(WriteSmallFile(dir_.File("ca"), MakeCa(kNow)->certificate, kPublicMode).ok());
  EXPECT_EQ(PrepareTls(flags_, kNow).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(WriteSmallFile(dir_.File("key"), ca.key, kPrivateMode).ok());
  EXPECT_THAT(std::string(PrepareTls(flags_, kNow).status().message()),
              HasSubstr("does not belong"));
}

TEST_F(TlsTest, ANameThatIsNoneIsRefused) {
  flags_.tls_names = {"a,DNS:evil"};
  EXPECT_EQ(PrepareTls(flags_, kNow).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(TlsTest, CheckingMakesNothing) {
  EXPECT_TRUE(CheckTlsFiles(flags_, kNow).ok());
  EXPECT_FALSE(FileExists(dir_.File("tls")));
}

}  // namespace
}  // namespace nave::server
