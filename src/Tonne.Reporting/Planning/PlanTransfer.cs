using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Reporting.Planning;

/// <summary>Data that has to be moved before a job can start at another place than the first.</summary>
/// <param name="Terabytes">The data, TB (10^12 bytes).</param>
/// <param name="Network">Energy of the network, kWh/TB.</param>
/// <param name="Time">How long it takes.</param>
public sealed record PlanTransfer(double Terabytes, Factor Network, TimeSpan Time)
{
    /// <summary>The transfer as the planner counts it: at the place it goes to.</summary>
    public Transfer ToTransfer() => new(Energy.FromKilowattHours(Terabytes * Network.Bounds.Best), Time);

    /// <summary>What the transfer is of an option: energy with the PUE of the place it goes to, and emissions there.</summary>
    /// <param name="request">The request of the plan.</param>
    /// <param name="option">The option.</param>
    /// <returns>Null if the option starts where the data is.</returns>
    public static (Energy Energy, Emissions Emissions)? Find(PlanRequest request, PlanOption option)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(option);
        if (option.Segments[0].Place.TransferToStart is null)
            return null;
        var without = request with { Places = [.. request.Places.Select(place => place with { TransferToStart = null })] };
        var segments = option.Segments.Select(segment => segment with { Place = without.Places[request.Places.IndexOf(segment.Place)] });
        return Planner.Evaluate(without, option.Kind, [.. segments]) is { } bare ? (option.Energy - bare.Energy, option.Total - bare.Total)
            : null;
    }

    /// <summary>A figure of the transfer by the bounds of the network's energy.</summary>
    internal Bounds Spread(double best) =>
        new(best * Network.Bounds.Low / Network.Bounds.Best, best, best * Network.Bounds.High / Network.Bounds.Best);
}
