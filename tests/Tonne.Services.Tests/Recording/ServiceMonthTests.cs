using Tonne.Services.Accounts;

namespace Tonne.Services.Tests.Recording;

/// <summary>A week with a sample and a look each minute; the month with a sample each second is ./soak service-month.</summary>
public sealed class ServiceMonthTests : IDisposable
{
    const int Days = 7;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-service-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Readings_are_kept_for_two_days_and_hours_for_good()
    {
        var result = await ServiceMonth.RecordAsync(_folder.FullName, Days, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));

        Assert.Empty(result.Problems);
        // Day 8 has begun: days 6 and 7 ended less than 48 h ago, and day 5 just then.
        Assert.InRange(result.WholeRuns, 3, 4);
        var days = result.Account.SumDays().Where(day => day.Amounts.Seconds > 1).ToList();
        Assert.Equal(Days, days.Count);
        Assert.All(days, day => Assert.Equal(ServiceMonth.MicrojoulesPerDay, day.Amounts.Microjoules));
        var all = ServiceAmounts.Sum(result.Account.Hours.Select(hour => hour.All));
        Assert.Equal(Days * ServiceMonth.MicrojoulesPerDay, all.Microjoules);
        // 7 × 32.4 kWh; a request each second, but for the first look's, with which later ones are compared.
        Assert.Equal(226.8, all.EnergyKwh.Best, 1e-6);
        Assert.Equal(Days * 86_400L, all.Counts.Requests);
        // 20 MB in a month.
        Assert.InRange(result.OtherBytes, 1, 20_000_000L * Days / 30);
    }
}
