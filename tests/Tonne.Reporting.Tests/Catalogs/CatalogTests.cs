using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Tonne.Catalogs;
using Tonne.Estimation.Training;
using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Reporting.Teaching;
using Tonne.Tests.Architecture;

namespace Tonne.Reporting.Tests.Catalogs;

public sealed class CatalogTests
{
    static readonly (string Name, Assembly Assembly)[] _tables =
        [.. new[] { typeof(ZoneCatalog), typeof(TrainingCatalog), typeof(ClaimCatalog) }.Select(type => type.Assembly).SelectMany(assembly => EmbeddedTable.Names(assembly).Select(name => (name, assembly)))];

    [Fact]
    public void The_zones_have_no_problem() => Assert.Empty(ZoneCatalog.Validate());

    [Fact]
    public void The_regions_have_no_problem() => Assert.Empty(RegionCatalog.Validate());

    [Fact]
    public void The_facilities_have_no_problem() => Assert.Empty(FacilityCatalog.Validate());

    [Fact]
    public void The_hardware_has_no_problem() => Assert.Empty(HardwareCatalog.Validate());

    [Fact]
    public void Validation_finds_what_is_wrong()
    {
        var good = new CatalogEntry("a", "A", Bounds.FromExact(1), "W", 2024, Quality.Measured, "UPTIME");

        Assert.Empty(CatalogEntry.Problems([good]));
        Assert.Single(CatalogEntry.Problems([good, good]));
        Assert.Single(CatalogEntry.Problems([good with { Source = "NOBODY" }]));
        Assert.Single(CatalogEntry.Problems([good with { Source = "" }]));
        Assert.Single(CatalogEntry.Problems([good with { Year = 1924 }]));
        Assert.Single(CatalogEntry.Problems([good with { Name = "" }]));
    }

    [Fact]
    public void Every_search_finds_by_name_and_by_source_and_nothing_finds_nothing()
    {
        Assert.Contains(ZoneCatalog.Search("france"), entry => entry.Id.StartsWith("grid/FR/", StringComparison.Ordinal));
        Assert.Contains(RegionCatalog.Search("europe-west9"), entry => entry.Name.Contains("Paris", StringComparison.Ordinal));
        Assert.NotEmpty(FacilityCatalog.Search("UPTIME"));
        Assert.Contains(HardwareCatalog.Search("h100 idle"), entry => entry.Bounds?.Best == 71.8);
        Assert.Empty(HardwareCatalog.Search("there is no such thing"));
        Assert.Equal(ZoneCatalog.All.Count, ZoneCatalog.Search().Count);
    }

    [Fact]
    public void Every_source_of_a_table_is_reported_in_the_SOURCES_beside_it()
    {
        foreach (var (folder, entries) in new[] { ("Tonne/Grids/Tables", ZoneCatalog.Search().Concat(RegionCatalog.Search())), ("Tonne/Facilities/Tables", FacilityCatalog.Search()), ("Tonne/Hardware/Tables", HardwareCatalog.Search()), ("Tonne.Estimation", TrainingCatalog.Search()), ("Tonne.Reporting/Teaching/Tables", Equivalents.Search().Concat(ClaimCatalog.Search())) })
        {
            var documented = File.ReadAllText(Path.Combine(Repository.Root, "src", folder, "SOURCES.md"));
            Assert.All(entries.SelectMany(entry => entry.Source.Split(';')).Distinct(StringComparer.Ordinal), id => Assert.Contains($"**{id}**", documented, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void No_row_comes_from_a_share_alike_or_a_test_only_source()
    {
        foreach (var (name, assembly) in _tables)
        {
            var text = EmbeddedTable.ReadText(name, assembly);
            Assert.All(["EM-YEARLY", "EM-HOURLY", "EM-DC", "ODbL", "LWA-2020", "CARBONCAST", "GA3-", "NESO-FW48H"], id => Assert.DoesNotContain(id, text, StringComparison.Ordinal));
        }
        Assert.DoesNotContain(SourceList.All, source => source.Licence is { } licence && (licence.Contains("AGPL", StringComparison.Ordinal) || licence.Contains("GPL-", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_is_estimated_or_from_memory_is_marked_assumed()
    {
        string[] own = ["ASSUMED", "ANALOGUE", "SYNTHESIS"];
        var entries = HardwareCatalog.Search().Concat(FacilityCatalog.Search()).Where(entry => own.Contains(entry.Source.Split(';')[0], StringComparer.Ordinal)).ToList();

        Assert.NotEmpty(entries);
        Assert.All(entries, entry => Assert.Equal(Quality.Assumed, entry.Quality));
    }

    [Fact]
    public void The_hash_covers_every_table_byte_for_byte()
    {
        var all = new MemoryStream();
        foreach (var name in EmbeddedTable.Names())
        {
            var bytes = File.ReadAllBytes(Directory.GetFiles(Path.Combine(Repository.Root, "src", "Tonne"), name, SearchOption.AllDirectories).Single(path => path.Contains("Tables", StringComparison.Ordinal)));
            all.Write(Encoding.UTF8.GetBytes($"{name}\0{bytes.Length}\0"));
            all.Write(bytes);
        }

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(all.ToArray())), FactorSet.Hash);
        Assert.Equal(12, FactorSet.ShortHash.Length);
    }

    [Fact]
    public void The_managed_digest_agrees_with_the_library_at_every_length_around_a_block()
    {
        var random = new Random(256);
        for (var length = 0; length < 200; length++)
        {
            var message = new byte[length];
            random.NextBytes(message);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(message)), Sha256.ComputeHash(message));
        }
        // FIPS 180-4 example: "abc".
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Sha256.ComputeHash("abc"u8));
    }

    [Theory]
    [InlineData("frnace", "france", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("same", "same", 0)]
    public void Edit_distance_counts_an_exchange_once(string a, string b, int steps) => Assert.Equal(steps, NameMatching.ComputeDistance(a, b));
}
