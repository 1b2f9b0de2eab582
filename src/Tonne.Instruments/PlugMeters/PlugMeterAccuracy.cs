using System.Globalization;
using Tonne.Instruments.HttpPolling;
using Tonne.Quantities;

namespace Tonne.Instruments.PlugMeters;

/// <summary>The accuracy of plug meters: given by the user (<c>accuracy=1%</c>), else by their kind.</summary>
static class PlugMeterAccuracy
{
    static readonly Source _assumed = new("ASSUMED", "Assumed by tonne; no published measurement of this kind of meter was found that holds for a model not known");

    /// <summary>A plug of a maker who calibrates each.</summary>
    internal static Factor Calibrated { get; } = CreateAssumed("wall/calibrated-plug-accuracy", "joules per joule reported by a plug meter that its maker calibrates", 0.97, 1.03,
        "the data sheet of the model may promise less or more: give it as accuracy=1% in the address");

    /// <summary>A plug whose calibration is its owner's.</summary>
    internal static Factor Uncalibrated { get; } = CreateAssumed("wall/plug-accuracy", "joules per joule reported by a plug meter", 0.95, 1.05,
        "such meters are calibrated by their owners, if at all; give accuracy=2% in the address after a check against a known load");

    /// <summary>A management controller. Some report the input of the power supplies, others their output, which lacks the loss in the supplies.</summary>
    internal static Factor ManagementController { get; } = CreateAssumed("redfish/accuracy", "joules at the plug per joule reported by a management controller", 0.95, 1.08,
        "some controllers report the input of the power supplies, others their output, which lacks a loss of some 4 to 8 %");

    /// <summary>The owner's figure, else the kind's.</summary>
    internal static Factor GetFactor(SourceAddress address, Factor kind) => address.Accuracy is not { } width ? kind : new Factor(
        $"wall/accuracy/{(width * 100).ToString("0.###", CultureInfo.InvariantCulture)}%", "joules per joule reported by the meter", "1", new Bounds(1 - width, 1, 1 + width), Quality.Measured,
        new Source("CONFIGURED", "The accuracy given with the meter's address"));

    static Factor CreateAssumed(string id, string label, double low, double high, string note) => new(id, label, "1", new Bounds(low, 1, high), Quality.Measured, _assumed, "the width is assumed: " + note);
}
