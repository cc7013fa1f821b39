# The standalone executable of llm-router for Homebrew. A release fills in what stands between two @ and attaches this file: put it into the
# folder `Formula` of a tap, then `brew install OWNER/TAP/llm-router`.
class LlmRouter < Formula
  desc "Routes work of named agents to coding-agent CLIs and model APIs"
  homepage "@ADDRESS@"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "@DOWNLOADS@/v@VERSION@/llm-router-darwin-arm64"
      sha256 "@SHA256 llm-router-darwin-arm64@"
    end
    on_intel do
      url "@DOWNLOADS@/v@VERSION@/llm-router-darwin-x64"
      sha256 "@SHA256 llm-router-darwin-x64@"
    end
  end

  on_linux do
    on_arm do
      url "@DOWNLOADS@/v@VERSION@/llm-router-linux-arm64"
      sha256 "@SHA256 llm-router-linux-arm64@"
    end
    on_intel do
      url "@DOWNLOADS@/v@VERSION@/llm-router-linux-x64"
      sha256 "@SHA256 llm-router-linux-x64@"
    end
  end

  def install
    bin.install Dir["llm-router-*"].first => "llm-router"
    chmod 0755, bin/"llm-router"
    generate_completions_from_executable(bin/"llm-router", "completion")
  end

  test do
    assert_equal version.to_s, shell_output("#{bin}/llm-router --version").strip
  end
end
