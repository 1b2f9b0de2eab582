using System.Globalization;
using System.Text;
using Tonne.Accounting;
using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Runs;

namespace Tonne.Tests.Grids;

public sealed class PlaceNameTests
{
    /// <summary>Names that really are two places'.</summary>
    static readonly string[] SharedNames = ["Georgia", "Virgin Islands"];

    /// <summary>Former time zones of Svalbard and Jan Mayen and of Micronesia, whose clocks are another country's.</summary>
    static readonly string[] OfPlacesWithoutData = ["Antarctica/South_Pole", "Atlantic/Jan_Mayen", "Pacific/Ponape", "Pacific/Truk", "Pacific/Yap"];

    [Fact]
    public void Every_code_and_name_of_the_standard_finds_its_country_and_no_other()
    {
        var wrong = new List<string>();
        var (found, tried) = (0, 0);
        Assert.Equal(249, Iso3166.All.Count());
        foreach (var (alpha2, alpha3, name) in Iso3166.All)
        {
            // Åland is a part of Finland, and of its statistics.
            var expected = alpha2 == "AX" ? "FI" : ZoneCatalog.All.Any(zone => zone.Code == alpha2) ? alpha2 : null;
            foreach (var spelling in Spell(name).Append(alpha2).Append(alpha3).Append(alpha2.ToLowerInvariant()))
            {
                var zone = ZoneCatalog.Find(spelling).Value?.Code;
                // The name of the country alone is also that of the state.
                if (zone is null && spelling.Contains("Georgia", StringComparison.OrdinalIgnoreCase) && alpha2 == "GE")
                    continue;
                tried += expected is null ? 0 : 1;
                found += expected is not null && zone == expected ? 1 : 0;
                if (zone != expected)
                    wrong.Add($"{spelling}: {zone}, not {expected}");
            }
        }

        Assert.Empty(wrong);
        Assert.True(tried > 1500 && found == tried, $"{found} of {tried}");
    }

    /// <summary>A name of the standard as people and files write it.</summary>
    static IEnumerable<string> Spell(string name)
    {
        var plain = WithoutMarks(name);
        string[] forms = [name, plain, name.Replace(" and ", " & ", StringComparison.Ordinal), name.Replace("Saint ", "St. ", StringComparison.Ordinal), name.Replace("Saint ", "St ", StringComparison.Ordinal),
            name.Replace(" (the)", "", StringComparison.Ordinal), name.Replace("the ", "", StringComparison.Ordinal), name.Normalize(NormalizationForm.FormD)];
        foreach (var form in forms)
        {
            yield return form;
            yield return form.ToUpperInvariant();
        }
        // "Korea (the Republic of)" is written "Republic of Korea", "the Republic of Korea" and "Korea, Republic of" too.
        if (name.IndexOf('(', StringComparison.Ordinal) is var open and > 0 && name.EndsWith(" of)", StringComparison.Ordinal))
        {
            var (noun, rest) = (name[..open].Trim(), name[(open + 1)..^1]);
            yield return $"{rest} {noun}";
            yield return $"{noun}, {rest}";
            yield return $"{noun}, {rest.Replace("Republic", "Rep.", StringComparison.Ordinal)}";
        }
    }

    static string WithoutMarks(string text) => new([.. text.Normalize(NormalizationForm.FormD).Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)]);

    // State names and common names in English, from the United Nations' list of member states and everyday use; names in the countries' languages.
    [Theory]
    [InlineData("French Republic", "FR")]
    [InlineData("the Federal Republic of Germany", "DE")]
    [InlineData("People's Republic of China", "CN")]
    [InlineData("Republic of China", "TW")]
    [InlineData("Republic of Korea", "KR")]
    [InlineData("Korea, South", "KR")]
    [InlineData("S. Korea", null)]
    [InlineData("DPRK", "KP")]
    [InlineData("Democratic People's Republic of Korea", "KP")]
    [InlineData("Congo, Dem. Rep.", "CD")]
    [InlineData("Congo, Rep.", "CG")]
    [InlineData("Republic of Ireland", "IE")]
    [InlineData("Northern Ireland", "GB")]
    [InlineData("Scotland", "GB")]
    [InlineData("England", "GB")]
    [InlineData("the U.S.", "US")]
    [InlineData("U.S.A.", "US")]
    [InlineData("Ivory Coast", "CI")]
    [InlineData("Cote dIvoire", "CI")]
    [InlineData("Burma", "MM")]
    [InlineData("Cape Verde", "CV")]
    [InlineData("Swaziland", "SZ")]
    [InlineData("the Gambia", "GM")]
    [InlineData("Gambia, The", "GM")]
    [InlineData("Bosnia & Herzegovina", "BA")]
    [InlineData("Bosnia-Herzegovina", "BA")]
    [InlineData("Trinidad & Tobago", "TT")]
    [InlineData("St. Kitts & Nevis", "KN")]
    [InlineData("St.Lucia", "LC")]
    [InlineData("São Tomé & Príncipe", "ST")]
    [InlineData("Việt Nam", "VN")]
    [InlineData("Česká republika", null)]
    [InlineData("Hong Kong SAR, China", "HK")]
    [InlineData("Macao SAR, China", "MO")]
    [InlineData("Lao PDR", "LA")]
    [InlineData("Slovak Republic", "SK")]
    [InlineData("Kyrgyz Republic", "KG")]
    [InlineData("Egypt, Arab Rep.", "EG")]
    [InlineData("Iran, Islamic Rep.", "IR")]
    [InlineData("West Bank and Gaza", "PS")]
    [InlineData("US Virgin Islands", "VI")]
    [InlineData("Virgin Islands, U.S.", "VI")]
    [InlineData("Virgin Islands, British", "VG")]
    [InlineData("Georgia (country)", "GE")]
    [InlineData("Republic of Georgia", "GE")]
    [InlineData("GE", "GE")]
    [InlineData("GEO", "GE")]
    [InlineData("Guinea", "GN")]
    [InlineData("Republic of Guinea", "GN")]
    [InlineData("Papua New Guinea", "PG")]
    [InlineData("Dominican Republic", "DO")]
    [InlineData("Commonwealth of Dominica", "DM")]
    [InlineData("Niger", "NE")]
    [InlineData("Federal Republic of Nigeria", "NG")]
    [InlineData("Samoa", "WS")]
    [InlineData("American Samoa", "AS")]
    public void A_country_is_found_by_its_official_and_common_names(string name, string? code) => Assert.Equal(code, ZoneCatalog.Find(name).Value?.Code);

    // Which subregion a state lies in: EPA, map of the eGRID subregions.
    [Theory]
    [InlineData("US-CA", "US-EGRID-CAMX")]
    [InlineData("us_ca", "US-EGRID-CAMX")]
    [InlineData("California", "US-EGRID-CAMX")]
    [InlineData("US-TX", "US-EGRID-ERCT")]
    [InlineData("Texas", "US-EGRID-ERCT")]
    [InlineData("US-GA", "US-EGRID-SRSO")]
    [InlineData("US-WA", "US-EGRID-NWPP")]
    [InlineData("West Virginia", "US-EGRID-RFCW")]
    [InlineData("Virginia", "US-EGRID-SRVC")]
    [InlineData("US-MA", "US-EGRID-NEWE")]
    [InlineData("New York", "US")]
    [InlineData("US-NY", "US")]
    [InlineData("US-PR", "PR")]
    [InlineData("Washington, D.C.", "US-EGRID-RFCE")]
    [InlineData("CAMX", "US-EGRID-CAMX")]
    [InlineData("SE3", "SE")]
    [InlineData("SE-SE3", "SE")]
    [InlineData("NO2", "NO")]
    [InlineData("DK1", "DK")]
    [InlineData("DK-DK2", "DK")]
    [InlineData("IT-NO", "IT")]
    [InlineData("IT-NORD", "IT")]
    [InlineData("JP-TK", "JP")]
    [InlineData("AU-NSW", "AU")]
    [InlineData("Tasmania", "AU")]
    [InlineData("US-CAL-CISO", "US-CAL-CISO")]
    [InlineData("PJM", "US-MIDA-PJM")]
    [InlineData("CA-QC", "CA-QC")]
    [InlineData("Québec", "CA-QC")]
    [InlineData("ca_ab", "CA-AB")]
    [InlineData("british columbia", "CA-BC")]
    [InlineData("Newfoundland & Labrador", "CA-NL")]
    public void A_part_of_a_country_has_the_zone_that_represents_it_and_says_so(string name, string zone)
    {
        var place = ZoneCatalog.FindPlace(name).ValueOrThrow;

        Assert.Equal(zone, place.Zone.Code);
        if (place.Code == zone)
            return;
        Assert.Contains(place.Code, place.Note, StringComparison.Ordinal);
        Assert.Equal(place, ZoneCatalog.FindPlace(place.Code).ValueOrThrow);
        var grid = FactorSelector.SelectFactors(new Place(Zone: place.Code), FacilityKind.UnknownServerRoom).Grid;
        Assert.Equal(zone, grid.Zone);
        Assert.Contains(place.Note!, grid.How, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Georgia", "GE (Georgia)", "US-GA (Georgia, part of United States)")]
    [InlineData("georgia", "GE (Georgia)", "US-GA (Georgia, part of United States)")]
    [InlineData("Virgin Islands", "VG (British Virgin Islands)", "VI (US Virgin Islands)")]
    public void A_name_of_two_places_is_refused_with_the_codes_of_both(string name, string first, string second)
    {
        var unknown = ZoneCatalog.Find(name).Unknown;

        Assert.NotNull(unknown);
        Assert.True(unknown.Ambiguous);
        Assert.Equal([first, second], unknown.Nearest);
    }

    // Subdivisions (ISO 3166-2) whose letters are those of another country's code: Tarragona, Mendoza, Bahia's neighbour, St. Gallen.
    [Theory]
    [InlineData("ES-T")]
    [InlineData("AR-M")]
    [InlineData("VE-N")]
    [InlineData("SE-N")]
    [InlineData("DE-BY")]
    [InlineData("US-XX")]
    [InlineData("CA-ZZ")]
    [InlineData("FR-IDF")]
    public void A_code_of_a_part_without_data_is_refused_and_suggests_its_country(string code)
    {
        var unknown = ZoneCatalog.Find(code).Unknown;

        Assert.NotNull(unknown);
        Assert.StartsWith(code[..2] + " (", unknown.Nearest[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Paris", "--zone FR", "gcp:europe-west9")]
    [InlineData("us-east-1", "--zone US", "aws:us-east-1")]
    [InlineData("us-east-1a", "--zone US", "aws:us-east-1")]
    [InlineData("europe-west9", "--zone FR", "gcp:europe-west9")]
    [InlineData("gcp:europe-west9", "--zone FR", "gcp:europe-west9")]
    [InlineData("westeurope", "--zone NL", "azure:westeurope")]
    [InlineData("Frankfurt", "--zone DE", "gcp:europe-west3")]
    [InlineData("Montreal", "--zone CA-QC", "gcp:northamerica-northeast1")]
    [InlineData("London", "--zone GB", "oracle:uk-london-1")]
    [InlineData("Lagos", "--zone NG", "")]
    [InlineData("Europe/Berlin", "--zone DE", "")]
    [InlineData("Asia/Calcutta", "--zone IN", "")]
    public void A_city_or_region_given_as_a_zone_gets_a_suggestion(string name, string zone, string region)
    {
        var unknown = ZoneCatalog.Find(name).Unknown;

        Assert.NotNull(unknown);
        Assert.Contains(zone, unknown.Message, StringComparison.Ordinal);
        Assert.Contains(region, unknown.Message, StringComparison.Ordinal);
        Assert.Equal(region.Length > 0, unknown.Message.Contains("--region", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Boston")]
    [InlineData("Springfield")]
    public void A_city_in_no_table_is_not_given_a_country_whose_code_it_contains(string name) => Assert.Empty(ZoneCatalog.Find(name).Unknown!.Nearest);

    [Theory]
    [InlineData("FR", "--zone FR")]
    [InlineData("SE3", "--zone SE-SE3")]
    public void A_zone_given_as_a_region_gets_a_suggestion(string name, string zone) =>
        Assert.Contains(zone, RegionCatalog.Find(name).Unknown!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Monaco", "FR")]
    [InlineData("Andorra", "--intensity")]
    [InlineData("Vatican City", "IT")]
    public void A_country_without_data_is_refused_with_the_reason(string name, string suggestion)
    {
        var unknown = ZoneCatalog.Find(name).Unknown!;

        Assert.Contains("no annual intensity is published", unknown.Message, StringComparison.Ordinal);
        Assert.Contains(suggestion, unknown.Message, StringComparison.Ordinal);
    }

    // Names of zones as the providers' documentation writes them.
    [Theory]
    [InlineData("gcp:us-central1-a", "gcp:us-central1")]
    [InlineData("us-central1-f", "gcp:us-central1")]
    [InlineData("gcp:europe-west10-b", "gcp:europe-west10")]
    [InlineData("aws:us-east-1a", "aws:us-east-1")]
    [InlineData("us-east-1f", "aws:us-east-1")]
    [InlineData("use1-az4", "aws:us-east-1")]
    [InlineData("apne2-az1", "aws:ap-northeast-2")]
    [InlineData("usgw1-az2", "aws:us-gov-west-1")]
    [InlineData("West Europe", "azure:westeurope")]
    [InlineData("azure:East US 2", "azure:eastus2")]
    [InlineData("azure:eastus-3", "azure:eastus")]
    [InlineData("eastus2-1", "azure:eastus2")]
    [InlineData("East US 3", "azure:eastus3")]
    public void The_zone_of_a_region_finds_it(string name, string id) => Assert.Equal(id, RegionCatalog.Find(name).ValueOrThrow.Id);

    [Fact]
    public void No_two_places_share_a_name_but_those_that_are_refused()
    {
        var byKey = ZoneCatalog.ListNames().GroupBy(pair => PlaceWords.ToKey(pair.Name), StringComparer.Ordinal).Where(group => group.Key.Length > 0);
        var shared = byKey.Where(group => group.Select(pair => ZoneCatalog.FindPlace(pair.Code).Value?.Zone.Code ?? pair.Code).Distinct(StringComparer.Ordinal).Count() > 1);

        Assert.Equal(SharedNames, shared.Select(group => group.First().Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_name_in_the_tables_finds_its_own_place()
    {
        foreach (var (name, code) in ZoneCatalog.ListNames().Where(pair => !SharedNames.Contains(pair.Name)))
        {
            var expected = ZoneCatalog.FindPlace(code).Value?.Zone.Code;
            Assert.True(expected == ZoneCatalog.FindPlace(name).Value?.Zone.Code, $"{name}: {ZoneCatalog.FindPlace(name).Value?.Zone.Code}, not {expected}");
        }
    }

    [Theory]
    [InlineData("Asia/Calcutta", "IN")]
    [InlineData("Asia/Saigon", "VN")]
    [InlineData("US/Pacific", "US")]
    [InlineData("US/Pacific-New", "US")]
    [InlineData("Canada/East-Saskatchewan", "CA")]
    [InlineData("America/Buenos_Aires", "AR")]
    [InlineData("Europe/Kiev", "UA")]
    [InlineData("Europe/Kyiv", "UA")]
    [InlineData("Asia/Rangoon", "MM")]
    [InlineData("Asia/Katmandu", "NP")]
    [InlineData("Atlantic/Reykjavik", "IS")]
    [InlineData("Africa/Abidjan", "CI")]
    [InlineData("America/Nuuk", "GL")]
    [InlineData("America/Coyhaique", "CL")]
    [InlineData("America/Ciudad_Juarez", "MX")]
    [InlineData("Asia/Qostanay", "KZ")]
    [InlineData("Europe/Mariehamn", "FI")]
    [InlineData("PRC", "CN")]
    [InlineData("ROK", "KR")]
    [InlineData("ROC", "TW")]
    [InlineData("GB", "GB")]
    [InlineData("Singapore", "SG")]
    [InlineData("Japan", "JP")]
    [InlineData("Hongkong", "HK")]
    [InlineData("NZ-CHAT", "NZ")]
    [InlineData("W-SU", "RU")]
    [InlineData("Europe/Monaco", null)]
    [InlineData("Antarctica/McMurdo", null)]
    [InlineData("EST5EDT", null)]
    [InlineData("Etc/GMT-1", null)]
    public void A_time_zone_and_its_former_names_find_the_country(string timeZone, string? code) => Assert.Equal(code, ZoneCatalog.FindByTimeZone(timeZone)?.Code);

    [Fact]
    public void Every_time_zone_of_this_machine_of_a_country_with_data_finds_it()
    {
        const string folder = "/usr/share/zoneinfo";
        Assert.SkipUnless(File.Exists($"{folder}/zone.tab"), "this machine has no time zone database");
        var countries = File.ReadLines($"{folder}/zone.tab").Where(line => !line.StartsWith('#')).Select(line => line.Split('\t')).ToDictionary(fields => fields[2], fields => fields[0], StringComparer.Ordinal);
        var (wrong, withData) = (new List<string>(), 0);
        foreach (var (timeZone, country) in countries)
        {
            var expected = country == "AX" ? "FI" : ZoneCatalog.All.Any(zone => zone.Code == country) ? country : null;
            withData += expected is null ? 0 : 1;
            if (ZoneCatalog.FindByTimeZone(timeZone)?.Code is var found && found != expected)
                wrong.Add($"{timeZone}: {found}, not {expected}");
        }
        // Backward links with one country at both ends; where zone.tab lists several countries for one clock the link may cross a border.
        if (File.Exists($"{folder}/tzdata.zi"))
        {
            var links = File.ReadLines($"{folder}/tzdata.zi").Where(line => line.StartsWith("L ", StringComparison.Ordinal)).Select(line => line.Split(' '));
            foreach (var fields in links.Where(fields => !countries.ContainsKey(fields[2]) && fields[1].Contains('/') && !fields[1].StartsWith("Etc/", StringComparison.Ordinal)))
            {
                if (fields[2].Contains('/') && countries.TryGetValue(fields[1], out var country) && ZoneCatalog.All.Any(zone => zone.Code == country) && ZoneCatalog.FindByTimeZone(fields[2]) is null
                    && !OfPlacesWithoutData.Contains(fields[2]))
                    wrong.Add($"{fields[2]} (link to {fields[1]})");
            }
        }

        Assert.Empty(wrong);
        Assert.True(withData > 350, $"{withData} time zones");
    }
}
