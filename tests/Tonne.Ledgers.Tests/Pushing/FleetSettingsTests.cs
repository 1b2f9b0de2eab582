using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.Tests.Pushing;

public class FleetSettingsTests
{
    [Fact]
    public void Settings_come_back_and_only_their_owner_can_read_them()
    {
        using var home = new TemporaryHome();
        var settings = new FleetSettings { Server = new Uri("https://tonne.example.org/"), Name = "node-1", Key = "tk_1",
            CertificateSha256 = new string('A', 64) };

        settings.Write(home.Home);

        Assert.Equal(settings, FleetSettings.Read(home.Home, out var problem));
        Assert.Null(problem);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FleetSettings.GetPath(home.Home)));
        Assert.DoesNotContain("tk_1", settings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_others_can_read_is_not_used()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such permissions");
            return;
        }

        using var home = new TemporaryHome();
        PushHome.Settings.Write(home.Home);
        File.SetUnixFileMode(FleetSettings.GetPath(home.Home), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.Null(FleetSettings.Read(home.Home, out var problem));

        Assert.Contains("chmod 600", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"server":"http://tonne.example.org","name":"n","key":"k"}""", "unencrypted")]
    [InlineData("""{"server":"https://u:p@tonne.example.org","name":"n","key":"k"}""", "a user")]
    [InlineData("""{"server":"tonne.example.org","name":"n","key":"k"}""", "not an address")]
    [InlineData("""{"server":"https://tonne.example.org","key":"k"}""", "'name'")]
    [InlineData("""{"server":"https://tonne.example.org","name":"n"}""", "'key'")]
    [InlineData("""{"server":"https://tonne.example.org","name":"n","key":"k\r\nX-Evil: 1"}""", "'key'")]
    [InlineData("""{"server":"https://tonne.example.org","name":"n","key":"k","certificate_sha256":"ab"}""", "certificate_sha256")]
    [InlineData("[", "not the JSON")]
    public void What_is_wrong_is_said(string text, string what)
    {
        Assert.Null(FleetSettings.Parse(text, "fleet.json", out var problem));

        Assert.Contains(what, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:7070")]
    [InlineData("http://127.0.0.1:7070")]
    [InlineData("http://[::1]:7070")]
    public void Plain_http_is_for_this_machine(string server) => Assert.Null(FleetSettings.FindServerProblem(server));
}
