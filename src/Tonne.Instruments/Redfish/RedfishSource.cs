using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tonne.Instruments.Polling;
using Tonne.Instruments.Wall;
using Tonne.Quantities;

namespace Tonne.Instruments.Redfish;

/// <summary>The power of the whole machine as its management controller tells it over Redfish.</summary>
/// <remarks>
/// <c>Power</c>: the first member of <c>PowerControl</c> with <c>PowerConsumedWatts</c>; further members are parts of the machine and never added.
/// <c>EnvironmentMetrics</c>: <c>PowerWatts.Reading</c> in W and <c>EnergykWh.Reading</c>, since the last reset, in kWh. A chassis leads to either; without a path, the only chassis there is.
/// Source: DMTF, DSP0268 Redfish Schema Supplement, read 2026.
/// </remarks>
sealed class RedfishSource(SourceAddress address) : WallSource(address)
{
    const double JoulesPerKilowattHour = 3_600_000;
    const string Chassis = "redfish/v1/Chassis";

    readonly string _start = address.Path.Trim('/').Length > 0 ? address.Path.Trim('/') : Chassis;
    string? _found;

    internal override string Id => $"redfish:{Address.Host}";

    protected override string What => "The management controller";

    protected override Factor Accuracy => WallAccuracy.ManagementController;

    internal static string? Check(SourceAddress address)
    {
        if (address.Path.Trim('/').Length > 0 && !address.Path.StartsWith("redfish/", StringComparison.Ordinal))
            return "the path of a Redfish resource begins with /redfish/";
        if (!address.Kind.Encrypted && address.User is not null && !address.Base.IsLoopback)
            return "a password would cross the network in the clear: write redfish+https";
        return HttpQuestions.Check(address);
    }

    internal override PolledTold Ask(IQuestions questions)
    {
        if (_found is not null)
            return questions.Get(_found).Read(root => Understand(root, out _));
        var told = PolledTold.Nothing("tells no power");
        var paths = new Queue<string>([_start]);
        // The list of chassis, the one there is, its two kinds of metrics.
        for (var steps = 0; steps < 5 && paths.TryDequeue(out var path); steps++)
        {
            ImmutableArray<string> leads = [];
            var here = questions.Get(path).Read(root => Understand(root, out leads));
            if (here.Reason is null)
            {
                // A resource without a reading now may have one later; another may have one already.
                if (told.Reason is null && here.Values[0].Value.Reason is not null)
                    continue;
                (told, _found) = (here, path);
                if (here.Values[0].Value.Reason is null)
                    break;
            }
            else if (told.Reason is not null && leads.IsEmpty)
            {
                told = here;
            }

            foreach (var lead in leads)
                paths.Enqueue(lead);
        }

        return told;
    }

    /// <summary>What a resource tells, or the paths that it leads to.</summary>
    internal static PolledTold Understand(JsonElement root, out ImmutableArray<string> leads)
    {
        leads = [];
        if (root.Member("PowerControl") is { ValueKind: JsonValueKind.Array } controls)
        {
            foreach (var control in controls.EnumerateArray())
            {
                if (control.Member("PowerConsumedWatts") is { } consumed)
                    return PolledTold.Of((Power, ((JsonElement?)consumed).Number() is { } watts ? PolledValue.OfMachinePower(watts) : PolledValue.Gap("its PowerConsumedWatts has no value now")));
            }

            return PolledTold.Nothing("tells no PowerConsumedWatts");
        }

        if (root.Member("PowerWatts") is { } power)
        {
            var told = power.Member("Reading").Number() is { } watts ? PolledValue.OfMachinePower(watts) : PolledValue.Gap("its PowerWatts has no reading now");
            return root.Member("EnergykWh")?.Member("Reading").Number() is { } energy
                ? PolledTold.Of((Power, told), (Energy, PolledValue.Of(energy * JoulesPerKilowattHour, 1e6, 9e12, "J"))) : PolledTold.Of((Power, told));
        }

        // EnvironmentMetrics is the newer of the two, and often without a power.
        leads = [.. new[] { Link(root.Member("EnvironmentMetrics")), Link(root.Member("Power")) }.OfType<string>()];
        if (leads.IsEmpty && root.Member("Members") is { ValueKind: JsonValueKind.Array } members)
        {
            if (members.GetArrayLength() > 1)
                return PolledTold.Nothing($"has {members.GetArrayLength().ToString(CultureInfo.InvariantCulture)} chassis ({string.Join(", ", members.EnumerateArray().Select(member => "/" + Link(member)).Take(8))}): name the one that holds this machine at the end of the address");
            if (members.GetArrayLength() == 1 && Link(members[0]) is { } only)
                leads = [only];
        }

        return PolledTold.Nothing("tells no power at that path");
    }

    /// <summary>The path of a link on the same controller.</summary>
    static string? Link(JsonElement? element) => element?.Member("@odata.id").Text() is { } path && path.StartsWith("/redfish/", StringComparison.Ordinal) && path.Length < 512 ? path.Trim('/') : null;
}
