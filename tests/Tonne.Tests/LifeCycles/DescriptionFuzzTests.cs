using System.Globalization;
using System.Text;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Tests.Architecture;

namespace Tonne.Tests.LifeCycles;

/// <summary>Whatever is done to a description, it is read or refused with file and line: it never crashes, hangs, or gives a figure that is no number.</summary>
public class DescriptionFuzzTests
{
    static readonly string Bloom = File.ReadAllText(Path.Combine(Repository.Root, "examples", "footprints", "bloom.yaml"));

    static readonly string[] Snippets =
    [
        "-1", "0", "1e308 GWh", "1e-320 kWh", "NaN", ".inf", "∞ kWh", "1,5 kWh", "--", "{", "}", "[", "]", "&a ", "*a", "!!binary ", "? ", "|", ">", "'", "\"", "\t", "\r\n", "\0", "\ud83d\ude00", "---", "...",
        "best: 3 kWh", "{low: 3 W, high: 2 W}", "pue: 0.5", "offsets: 3 t", "from: last", "name:", "phases: []", "- ", ": ", "#", "  ", "\n", "400 W", "kg", "%", "<<: ", "units: {token: 0}",
    ];

    [Fact]
    public void Mutations_of_the_example_are_read_or_refused_with_file_and_line()
    {
        var random = new Random(20261122);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 3000; i++)
        {
            var text = Mutated(random, Bloom);
            try
            {
                var description = LifeCycleReader.Read(text, "life.yaml");
                // Accounting draws many numbers: one in sixty.
                if (read++ % 60 > 0)
                    continue;
                foreach (var figure in new LifeCycleAccountant().Account(description, static _ => []).GetFigures())
                    Assert.True(double.IsFinite(figure.Bounds.Low) && double.IsFinite(figure.Bounds.High), $"{figure.Name} of\n{text}");
            }
            catch (DescriptionException error)
            {
                Assert.NotEmpty(error.Problems);
                Assert.All(error.Problems, problem => Assert.Matches(@"^life\.yaml:\d+: \S", problem));
                refused++;
            }
        }

        // Both happen, or the mutations would test nothing.
        Assert.True(read > 100 && refused > 1000, $"{read} read, {refused} refused");
    }

    [Theory]
    [InlineData("[", 200_000)]
    [InlineData("{a: ", 100_000)]
    [InlineData("- ", 200_000)]
    [InlineData("? ", 100_000)]
    [InlineData("a: &a [*a]\n", 3)]
    [InlineData(" ", 2_000_000)]
    [InlineData("", 0)]
    public void Depth_size_and_aliases_do_no_harm(string piece, int times)
    {
        var error = Assert.Throws<DescriptionException>(() => LifeCycleReader.Read(new StringBuilder().Insert(0, piece, times).ToString(), "life.yaml"));

        Assert.Matches(@"^life\.yaml:\d+: ", error.Problems[0]);
    }

    static string Mutated(Random random, string text)
    {
        var mutated = new StringBuilder(text);
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(mutated.Length);
            switch (random.Next(6))
            {
                case 0:
                    mutated.Remove(at, Math.Min(random.Next(1, 12), mutated.Length - at));
                    break;
                case 1:
                    mutated.Insert(at, Snippets[random.Next(Snippets.Length)]);
                    break;
                case 2:
                    mutated[at] = (char)random.Next(1, 0x250);
                    break;
                case 3:
                    Swap(random, mutated);
                    break;
                case 4:
                    Number(random, mutated, at);
                    break;
                default:
                    mutated.Length = Math.Max(1, at);
                    break;
            }
        }

        return mutated.ToString();
    }

    /// <summary>Two lines change places.</summary>
    static void Swap(Random random, StringBuilder text)
    {
        var lines = text.ToString().Split('\n');
        var (a, b) = (random.Next(lines.Length), random.Next(lines.Length));
        (lines[a], lines[b]) = (lines[b], lines[a]);
        text.Clear().Append(string.Join('\n', lines));
    }

    /// <summary>The next number becomes another, perhaps of another size or sign.</summary>
    static void Number(Random random, StringBuilder text, int from)
    {
        var at = from;
        while (at < text.Length && !char.IsAsciiDigit(text[at]))
            at++;
        var end = at;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            end++;
        if (at < end)
            text.Remove(at, end - at).Insert(at, (random.Next(4) == 0 ? -1 : 1) * Math.Pow(10, random.Next(-40, 300)) is var number ? number.ToString(CultureInfo.InvariantCulture) : "");
    }
}
