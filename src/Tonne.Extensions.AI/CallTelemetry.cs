using System.Diagnostics;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Extensions.AI;

/// <summary>Names of what tonne adds to responses and to spans.</summary>
/// <remarks>
/// <c>gen_ai.…</c> are those of the OpenTelemetry semantic conventions for generative AI, set only on spans of tonne's own. What has no
/// name there begins with <c>tonne.</c>.
/// </remarks>
public static class CallTelemetry
{
    /// <summary>Name of the source of spans.</summary>
    public const string SourceName = "Tonne.Extensions.AI";

    /// <summary>Energy of the facility, PUE included, kWh. With <c>.low</c> and <c>.high</c> for the 95 % bounds.</summary>
    public const string EnergyKwh = "tonne.energy_kwh";

    /// <summary>Operational and embodied emissions, kg CO2e. With <c>.low</c> and <c>.high</c> for the 95 % bounds.</summary>
    public const string EmissionsKg = "tonne.emissions_kg";

    /// <summary>How the energy is known: <c>estimated/…</c> or <c>measured/…</c>.</summary>
    public const string Method = "tonne.method";

    /// <summary>Boundary of the emissions, in words.</summary>
    public const string Boundary = "tonne.boundary";

    /// <summary>Where the numbers of tokens are from: <c>reported</c>, or <c>estimated</c> from the length of the texts.</summary>
    public const string Tokens = "tonne.tokens";

    /// <summary>Why there is no figure, a sentence.</summary>
    public const string Reason = "tonne.reason";

    /// <summary>True for a measured call whose figure is not final: the ledger has the final one.</summary>
    public const string Provisional = "tonne.provisional";

    internal static ActivitySource Source { get; } = new(SourceName);

    /// <summary>Passes each name and value of a call to a function.</summary>
    internal static void Describe(CallEstimate estimate, Action<string, object> add)
    {
        if (estimate.EnergyKwh is { } energy && estimate.EmissionsKg is { } emissions)
        {
            AddBounds(EnergyKwh, energy);
            AddBounds(EmissionsKg, emissions);
            add(Method, estimate.Method);
            add(Boundary, estimate.Boundary);
            if (estimate.IsProvisional)
                add(Provisional, true);
        }
        else if (estimate.Reason is { } reason)
        {
            add(Reason, reason);
        }

        if (estimate.Tokens != default)
            add(Tokens, estimate.HasEstimatedTokens ? "estimated" : "reported");

        void AddBounds(string name, Bounds bounds)
        {
            add(name, bounds.Best);
            add(name + ".low", bounds.Low);
            add(name + ".high", bounds.High);
        }
    }

    /// <summary>Starts a span of a call; null if nobody listens.</summary>
    internal static Activity? Start(CallIdentity call)
    {
        var activity = Source.StartActivity(call.Model.Length > 0 ? $"{call.Operation} {call.Model}" : call.Operation, ActivityKind.Client);
        if (activity is null)
            return null;
        activity.SetTag("gen_ai.operation.name", call.Operation);
        if (call.Provider.Length > 0)
            activity.SetTag("gen_ai.provider.name", call.Provider);
        if (call.Model.Length > 0)
            activity.SetTag("gen_ai.request.model", call.Model);
        return activity;
    }

    /// <summary>Sets what is known at the end of a call on a span of tonne's own.</summary>
    internal static void SetUsage(Activity activity, string? answeredModel, CallTokens tokens, bool areEstimated, Exception? error)
    {
        if (answeredModel is not null)
            activity.SetTag("gen_ai.response.model", answeredModel);
        if (!areEstimated && tokens != default)
        {
            activity.SetTag("gen_ai.usage.input_tokens", tokens.Input);
            activity.SetTag("gen_ai.usage.output_tokens", tokens.Output);
        }

        if (error is not null)
        {
            activity.SetTag("error.type", error.GetType().FullName);
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }
}
