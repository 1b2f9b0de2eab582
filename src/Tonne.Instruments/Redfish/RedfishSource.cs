using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.PlugMeters;
using Tonne.Quantities;

namespace Tonne.Instruments.Redfish;

/// <summary>The power of the whole machine as its management controller reports it over Redfish.</summary>
/// <remarks>
/// <c>Power</c>: the first member of <c>PowerControl</c> with <c>PowerConsumedWatts</c>; further members are parts of the machine and never
/// added.
/// <c>EnvironmentMetrics</c>: <c>PowerWatts.Reading</c> in W and <c>EnergykWh.Reading</c>, since the last reset, in kWh. A chassis leads to
/// either; without a path, the only chassis there is.
/// Source: DMTF, DSP0268 Redfish Schema Supplement, read 2026.
/// </remarks>
sealed class RedfishSource(SourceAddress address) : PlugMeterSource(address)
{
    const double JoulesPerKilowattHour = 3_600_000;
    const string Chassis = "redfish/v1/Chassis";

    readonly string _start = address.Path.Trim('/').Length > 0 ? address.Path.Trim('/') : Chassis;
    string? _found;

    internal override string Id => $"redfish:{Address.Host}";

    protected override string Description => "The management controller";

    protected override Factor Accuracy => PlugMeterAccuracy.ManagementController;

    internal static string? Validate(SourceAddress address)
    {
        if (address.Path.Trim('/').Length > 0 && !address.Path.StartsWith("redfish/", StringComparison.Ordinal))
            return "the path of a Redfish resource begins with /redfish/";
        if (!address.Kind.Encrypted && address.User is not null && !address.Base.IsLoopback)
            return "a password would cross the network in the clear: write redfish+https";
        return HttpTransport.ValidateTls(address);
    }

    internal override PollResult Poll(IHttpTransport questions)
    {
        if (_found is not null)
            return questions.Get(_found).ParseJson(root => Parse(root, out _));
        var reported = PollResult.Failed("reports no power");
        var paths = new Queue<string>([_start]);
        // The resources are read in this order: the list of chassis, the only chassis, its two kinds of metrics.
        for (var steps = 0; steps < 5 && paths.TryDequeue(out var path); steps++)
        {
            ImmutableArray<string> leads = [];
            var here = questions.Get(path).ParseJson(root => Parse(root, out leads));
            if (here.Reason is null)
            {
                // A resource without a reading now may have one later, so it is read again; another resource may have one now.
                if (reported.Reason is null && here.Values[0].Value.Reason is not null)
                    continue;
                (reported, _found) = (here, path);
                if (here.Values[0].Value.Reason is null)
                    break;
            }
            else if (reported.Reason is not null && leads.IsEmpty)
            {
                reported = here;
            }

            foreach (var lead in leads)
                paths.Enqueue(lead);
        }

        return reported;
    }

    /// <summary>The values of a resource, or the paths of the resources to which it refers.</summary>
    internal static PollResult Parse(JsonElement root, out ImmutableArray<string> leads)
    {
        leads = [];
        if (root.GetMember("PowerControl") is { ValueKind: JsonValueKind.Array } controls)
        {
            foreach (var control in controls.EnumerateArray())
            {
                if (control.GetMember("PowerConsumedWatts") is { } consumed)
                    return PollResult.FromValues((Power, ((JsonElement?)consumed).GetNumber() is { } watts ? PolledValue.FromMachinePower(watts) : PolledValue.Gap("its PowerConsumedWatts has no value now")));
            }

            return PollResult.Failed("reports no PowerConsumedWatts");
        }

        if (root.GetMember("PowerWatts") is { } power)
        {
            var reported = power.GetMember("Reading").GetNumber() is { } watts ? PolledValue.FromMachinePower(watts) : PolledValue.Gap("its PowerWatts has no reading now");
            return root.GetMember("EnergykWh")?.GetMember("Reading").GetNumber() is { } energy
                ? PollResult.FromValues((Power, reported), (Energy, PolledValue.Create(energy * JoulesPerKilowattHour, 1e6, 9e12, "J"))) : PollResult.FromValues((Power, reported));
        }

        // EnvironmentMetrics is the newer of the two, and often without a power.
        leads = [.. new[] { GetLink(root.GetMember("EnvironmentMetrics")), GetLink(root.GetMember("Power")) }.OfType<string>()];
        if (leads.IsEmpty && root.GetMember("Members") is { ValueKind: JsonValueKind.Array } members)
        {
            if (members.GetArrayLength() > 1)
                return PollResult.Failed($"has {members.GetArrayLength().ToString(CultureInfo.InvariantCulture)} chassis ({string.Join(", ", members.EnumerateArray().Select(member => "/" + GetLink(member)).Take(8))}): name the one that holds this machine at the end of the address");
            if (members.GetArrayLength() == 1 && GetLink(members[0]) is { } only)
                leads = [only];
        }

        return PollResult.Failed("reports no power at that path");
    }

    /// <summary>The path of a link on the same controller.</summary>
    static string? GetLink(JsonElement? element) => element?.GetMember("@odata.id").GetText() is { } path && path.StartsWith("/redfish/", StringComparison.Ordinal) && path.Length < 512 ? path.Trim('/') : null;
}
