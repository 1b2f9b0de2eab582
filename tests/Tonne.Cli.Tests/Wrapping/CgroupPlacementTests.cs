using Tonne.Cli.Wrapping;

namespace Tonne.Cli.Tests.Wrapping;

public class CgroupPlacementTests
{
    [Fact]
    public void Zero_is_written_to_each_file_and_a_missing_one_is_said_but_stops_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("tonne-test-").FullName;
        try
        {
            string[] files = [Path.Combine(folder, "one"), Path.Combine(folder, "missing"), Path.Combine(folder, "two")];
            File.WriteAllText(files[0], "");
            File.WriteAllText(files[2], "");

            var warning = Assert.Single(new CgroupPlacement(files, []).MoveIn());

            Assert.StartsWith(files[1], warning, StringComparison.Ordinal);
            Assert.Equal(("0", "0"), (File.ReadAllText(files[0]), File.ReadAllText(files[2])));
            Assert.Empty(new CgroupPlacement([], [files[0]]).MoveOut());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
