using System.Globalization;
using Tonne.Services.Accounts;
using Tonne.Services.Tests.Recording;

// A month of a service, one sample each second, on a clock that runs ahead: its files, and the memory of this process. It is compiled as
// `tonne` is, so that what it says of memory holds there. Run: ./soak service-month [DAYS]; it ends with 1 where a limit is exceeded.
const double MostOtherMegabytes = 20;
const double MostMebibytes = 60;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var days = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 30;
var home = Directory.CreateTempSubdirectory("tonne-month-").FullName;
try
{
    var began = TimeProvider.System.GetTimestamp();
    var result = await ServiceMonth.RecordAsync(home, days, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
    var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    var all = ServiceAmounts.Sum(result.Account.Hours.Select(static hour => hour.All));
    var daily = result.Account.SumDays().Sum(static day => day.Amounts.Microjoules);
    Console.WriteLine($"| days | {days} |");
    Console.WriteLine($"| samples | {result.Samples + (days * 8640L):N0} |");
    Console.WriteLine($"| readings and looks of the last days ({result.WholeRuns} runs), MB | {result.RawBytes / 1e6:0.0} |");
    Console.WriteLine($"| everything else on the disk, MB | {result.OtherBytes / 1e6:0.00} |");
    Console.WriteLine($"| most managed memory, MiB | {result.ManagedBytes / 1048576.0:0.0} |");
    Console.WriteLine($"| largest working set, MiB | {result.WorkingSetBytes / 1048576.0:0.0} |");
    Console.WriteLine($"| energy, kWh | {all.Microjoules / 3.6e12:0.000000} |");
    Console.WriteLine($"| daily rows − month, µJ | {daily - all.Microjoules} |");
    Console.WriteLine($"| requests | {all.Counts.Requests:N0} |");
    Console.WriteLine($"| time it took, s | {seconds:0} |");
    if (daily != all.Microjoules || all.Microjoules != days * ServiceMonth.MicrojoulesPerDay
        || all.Counts.Requests != days * 86_400L || result.Problems.Count > 0)
    {
        Console.Error.WriteLine("a sum is wrong. " + string.Join(' ', result.Problems));
        return 1;
    }

    if (result.OtherBytes / 1e6 > MostOtherMegabytes || result.WorkingSetBytes / 1048576.0 > MostMebibytes)
    {
        Console.Error.WriteLine("more is used than is allowed.");
        return 1;
    }
}
finally
{
    Directory.Delete(home, recursive: true);
}

return 0;
