using Tonne.Cli.Wrapping;

namespace Tonne.Cli.Tests.Wrapping;

public class WindowsCommandLineTests
{
    // Microsoft, Parsing C command-line arguments, table of results: the right side there is the arguments here.
    [Theory]
    [InlineData(@"p ""a b c"" d e", "a b c", "d", "e")]
    [InlineData(@"p ""ab\""c"" \ d", "ab\"c", @"\", "d")]
    [InlineData(@"p a\\\b ""de fg"" h", @"a\\\b", "de fg", "h")]
    [InlineData(@"p ""a\\\""b"" c d", @"a\""b", "c", "d")]
    [InlineData(@"p ""a\\b c"" d e", @"a\\b c", "d", "e")]
    // A folder with a blank and a backslash at its end: the backslash before the mark is doubled.
    [InlineData(@"p ""C:\My Files\\"" x", @"C:\My Files\", "x")]
    [InlineData(@"p """" x", "", "x")]
    public void Arguments_are_split_by_the_runtime_of_C_into_the_same(string expected, params string[] arguments) =>
        Assert.Equal(expected, WindowsCommandLine.Join(["p", .. arguments]));

    [Theory]
    [InlineData(@"cmd /c echo ""a b"" & exit 3", "cmd", "/c", "echo \"a b\" & exit 3")]
    [InlineData(@"C:\Windows\System32\cmd.exe /d /C dir ""x y""", @"C:\Windows\System32\cmd.exe", "/d", "/C", "dir \"x y\"")]
    [InlineData(@"cmd /c type ""a b""", "cmd", "/c", "type", "a b")]
    [InlineData(@"cmd.exe ""a b""", "cmd.exe", "a b")]
    public void What_the_interpreter_reads_itself_is_not_quoted_again(string expected, params string[] arguments)
    {
        // Path separators of Windows are none here.
        arguments[0] = arguments[0].Replace('\\', '/');
        Assert.Equal(expected.Replace(@"C:\Windows\System32\", "C:/Windows/System32/", StringComparison.Ordinal), WindowsCommandLine.Join(arguments));
    }
}
