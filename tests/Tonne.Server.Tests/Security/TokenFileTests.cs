using System.Runtime.Versioning;
using Tonne.Server.Security;

namespace Tonne.Server.Tests.Security;

[UnsupportedOSPlatform("windows")]
public sealed class TokenFileTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-token-").FullName;

    string Location => Path.Combine(_folder, "state", "tonne", "serve-token");

    [Fact]
    public void The_token_is_made_once_for_its_owner_only()
    {
        var token = new TokenFile(Location).ReadOrCreate();

        // 256 bits in base64url are 43 letters.
        Assert.Equal(43, token.Text.Length);
        Assert.True(AccessToken.IsWellFormed(token.Text));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Location));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(Location)!));
        Assert.Equal(token.Text, new TokenFile(Location).ReadOrCreate().Text);
        Assert.NotEqual(token.Text, AccessToken.Create().Text);
        Assert.Equal([Location], Directory.GetFiles(Path.GetDirectoryName(Location)!));
    }

    [Fact]
    public void Servers_that_start_together_have_one_token()
    {
        for (var round = 0; round < 50; round++)
        {
            var tokens = new string[8];
            var file = Path.Combine(Path.GetDirectoryName(Location)!, $"round-{round}", "serve-token");

            Parallel.For(0, tokens.Length, i => tokens[i] = new TokenFile(file).ReadOrCreate().Text);

            Assert.Single(tokens.Distinct(StringComparer.Ordinal));
            Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
        }
    }

    [Fact]
    public void A_file_that_others_can_read_or_that_is_a_link_or_broken_is_refused()
    {
        var token = new TokenFile(Location).ReadOrCreate();
        File.SetUnixFileMode(Location, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains("other users", Assert.Throws<ServerStartException>(() => new TokenFile(Location).ReadOrCreate()).Message, StringComparison.Ordinal);

        File.Move(Location, Location + ".elsewhere");
        File.CreateSymbolicLink(Location, Location + ".elsewhere");
        Assert.Contains("is a link", Assert.Throws<ServerStartException>(() => new TokenFile(Location).ReadOrCreate()).Message, StringComparison.Ordinal);

        File.Delete(Location);
        new TokenFile(Location).ReadOrCreate();
        File.WriteAllText(Location, "short\n");
        Assert.Contains("no token", Assert.Throws<ServerStartException>(() => new TokenFile(Location).ReadOrCreate()).Message, StringComparison.Ordinal);
        Assert.True(token.Matches(token.Text));
        Assert.False(token.Matches(token.Text + " "));
        Assert.False(token.Matches(null));
        Assert.False(token.Matches(token.CookieValue));
        Assert.False(token.MatchesCookie(token.Text));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
