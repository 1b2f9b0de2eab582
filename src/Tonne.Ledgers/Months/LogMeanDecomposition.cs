namespace Tonne.Ledgers.Months;

/// <summary>Explains the change of a sum of products by its factors, without a remainder: the additive logarithmic mean Divisia index,
/// LMDI-I.</summary>
/// <remarks>
/// A group i has the value V = W · S · (E ÷ H) · (F ÷ E) · (V ÷ F), with W all hours, S = H ÷ W the group's share of them. The term of a
/// factor x is Σ L(V1, V0) · ln(x1 ÷ x0), where L(a, b) = (a − b) ÷ ln(a ÷ b) is the logarithmic mean, and L(a, a) = a. The terms add up
/// to V1 − V0. Sources: B. W. Ang, "Decomposition analysis for policymaking in energy: which is the preferred method?", Energy Policy 32
/// (2004) 1131–1139; B. W. Ang, "The LMDI approach to decomposition analysis: a practical guide", Energy Policy 33 (2005) 867–871. Zeros
/// by their analytical limits: B. W. Ang and N. Liu, "Handling zero values in the logarithmic mean Divisia index decomposition approach",
/// Energy Policy 35 (2007) 238–246: a group that is in one of the two months only gives all of its value to the factor that is 0 in the
/// other. A group without hours, such as imported rows without a duration, has its energy as its work.
/// </remarks>
static class LogMeanDecomposition
{
    /// <summary>What a group has in one month.</summary>
    /// <param name="Hours">Hours of its runs.</param>
    /// <param name="Energy">Energy at the plug, kWh.</param>
    /// <param name="Facility">Facility energy, kWh.</param>
    /// <param name="Value">Operational emissions, kg CO2e.</param>
    internal readonly record struct Levels(double Hours, double Energy, double Facility, double Value);

    /// <summary>The terms, kg CO2e.</summary>
    /// <param name="Work">More or fewer hours.</param>
    /// <param name="Mix">Other shares of the groups in the hours.</param>
    /// <param name="Power">More or less energy for an hour.</param>
    /// <param name="Pue">More or less facility energy for the energy at the plug.</param>
    /// <param name="Grid">More or less emissions for the facility energy.</param>
    internal readonly record struct Terms(double Work, double Mix, double Power, double Pue, double Grid)
    {
        public double Sum => Work + Mix + Power + Pue + Grid;
    }

    /// <summary>The logarithmic mean of two values above 0.</summary>
    internal static double Mean(double a, double b)
    {
        var ratio = (a - b) / b;
        // ln(1 + r) loses its digits beside 1; so does the quotient: the series of L ÷ b is 1 + r/2 − r²/12.
        return Math.Abs(ratio) < 1e-5 ? b * (1 + (ratio / 2) - (ratio * ratio / 12)) : (a - b) / Math.Log(a / b);
    }

    /// <summary>Explains the change.</summary>
    /// <param name="groups">Each group before and after.</param>
    internal static Terms Explain(IReadOnlyList<(Levels Before, Levels After)> groups)
    {
        var timed = groups.Where(HasHours).ToList();
        var (before, after) = (timed.Sum(static group => group.Before.Hours), timed.Sum(static group => group.After.Hours));
        var terms = new double[5];
        foreach (var group in groups)
            Add(terms, group.Before, group.After, HasHours(group) ? (before, after) : null);
        return new Terms(terms[0], terms[1], terms[2], terms[3], terms[4]);
    }

    static bool HasHours((Levels Before, Levels After) group) =>
        (group.Before.Value <= 0 || group.Before.Hours > 0) && (group.After.Value <= 0 || group.After.Hours > 0);

    static void Add(double[] terms, Levels before, Levels after, (double Before, double After)? allHours)
    {
        var change = after.Value - before.Value;
        if (before.Value <= 0 || after.Value <= 0)
        {
            if (change != 0)
                terms[FindZero(before.Value <= 0 ? before : after, before.Value <= 0 ? allHours?.Before : allHours?.After)] += change;
            return;
        }

        // Of a level that is missing in a month the next one takes the place, so that its quotient does not change.
        var (energy, facility) = (Both(before.Energy, after.Energy), Both(before.Facility, after.Facility));
        var f = facility ?? (before.Value, after.Value);
        var e = energy ?? f;
        var h = allHours is null ? e : (before.Hours, after.Hours);
        var w = allHours ?? h;
        var weight = Mean(after.Value, before.Value);
        var (logW, logH, logE, logF, logV) = (Log(w), Log(h), Log(e), Log(f), Math.Log(after.Value / before.Value));
        terms[0] += weight * logW;
        terms[1] += weight * (logH - logW);
        terms[2] += weight * (logE - logH);
        terms[3] += weight * (logF - logE);
        terms[4] += weight * (logV - logF);
    }

    static (double Before, double After)? Both(double before, double after) => before > 0 && after > 0 ? (before, after) : null;

    static double Log((double Before, double After) level) => Math.Log(level.After / level.Before);

    /// <summary>The factor that is 0 in a month in which the group has no emissions.</summary>
    static int FindZero(Levels levels, double? allHours) =>
        allHours is null ? levels.Energy <= 0 ? 0 : levels.Facility <= 0 ? 3 : 4
        : allHours <= 0 ? 0 : levels.Hours <= 0 ? 1 : levels.Energy <= 0 ? 2 : levels.Facility <= 0 ? 3 : 4;
}
