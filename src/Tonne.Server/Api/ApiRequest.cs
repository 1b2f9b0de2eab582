using System.Collections.Immutable;
using System.Globalization;
using Tonne.Catalogs;
using Tonne.Grids;
using Tonne.Ledgers;
using Tonne.Runs;

namespace Tonne.Server.Api;

/// <summary>The parameters of a request, checked against those that its route lists.</summary>
sealed class ApiRequest
{
    readonly IQueryCollection _query;
    readonly DateTimeOffset _now;

    /// <summary>Checks the parameters of a request.</summary>
    /// <exception cref="RequestProblemException">One is not listed, is given twice, or is missing.</exception>
    public ApiRequest(HttpContext context, QueryParameters parameters, TimeProvider time)
    {
        Context = context;
        _query = context.Request.Query;
        _now = time.GetUtcNow();
        foreach (var (name, values) in _query)
        {
            if (parameters.List.FirstOrDefault(parameter => parameter.Name == name) is not { } known)
            {
                var nearest = NameMatching.FindNearest(name, parameters.List.Select(parameter => (NameMatching.ToKey(parameter.Name), parameter.Name)), 2);
                throw RequestProblemException.ForParameter(name, $"there is no parameter '{name}' here", nearest.Count > 0 ? $"Did you mean {string.Join(" or ", nearest)}?"
                    : parameters.List.Count == 0 ? "Leave it out." : $"There are: {string.Join(", ", parameters.List.Select(parameter => parameter.Name))}.");
            }

            if (values.Count > 1 && !known.IsRepeatable)
                throw RequestProblemException.ForParameter(name, $"'{name}' is given {values.Count} times", "Give it once.");
            if (values.Any(string.IsNullOrWhiteSpace))
                throw RequestProblemException.ForParameter(name, $"'{name}' is empty", "Give a value, or leave it out.");
        }

        if (parameters.List.FirstOrDefault(parameter => parameter.IsRequired && !_query.ContainsKey(parameter.Name)) is { } missing)
            throw RequestProblemException.ForParameter(missing.Name, $"'{missing.Name}' is missing", missing.Description + ".");
    }

    /// <summary>The request.</summary>
    public HttpContext Context { get; }

    /// <summary>Time of the request, UTC.</summary>
    public DateTimeOffset Now => _now;

    /// <summary>A part of the path, decoded.</summary>
    public string GetRoute(string name) => (string)Context.Request.RouteValues[name]!;

    /// <summary>A text; null if it is not given.</summary>
    public string? this[string name] => _query.TryGetValue(name, out var values) ? values[0] : null;

    /// <summary>The values of a parameter that may be repeated.</summary>
    public IReadOnlyList<string> GetAll(string name) => _query.TryGetValue(name, out var values) ? [.. values.OfType<string>()] : [];

    /// <summary>A whole number.</summary>
    public int GetNumber(string name, int least, int most, int missing) => this[name] is not { } text ? missing
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw RequestProblemException.ForParameter(name, $"'{text}' is not a whole number from {least} to {most}", $"For example {name}={missing}.");

    /// <summary>Whether a parameter is true.</summary>
    public bool GetFlag(string name) => this[name] switch
    {
        null or "false" => false,
        "true" => true,
        var text => throw RequestProblemException.ForParameter(name, $"'{text}' is neither true nor false", $"Write {name}=true, or leave it out."),
    };

    /// <summary>The conditions on runs.</summary>
    public LedgerQuery GetRuns() => new()
    {
        Project = this["project"],
        Account = this["account"],
        User = this["user"],
        Name = this["name"],
        Tags = GetAll("tag").Select(text => text.Split('=', 2)).GroupBy(pair => pair[0], StringComparer.Ordinal)
            .ToImmutableSortedDictionary(group => group.Key, group => group.Last() is [_, var value] ? value : "", StringComparer.Ordinal),
        Status = GetWord<RunStatus>("status"),
        Kind = GetWord<RunKind>("kind"),
        Since = GetTime("since"),
        Until = GetTime("until"),
    };

    /// <summary>The place; without one the world, so that an address has the same answer on every machine.</summary>
    public Place GetPlace()
    {
        var (zone, region, intensity) = (this["zone"], this["region"], GetDecimal("intensity", 0, 5000));
        if (zone is not null && region is not null)
            throw RequestProblemException.ForParameter("region", "'zone' and 'region' are two places", "Give one.");
        var code = zone is null ? null : ZoneCatalog.FindPlace(zone).ValueOrThrow.Code;
        var id = region is null ? null : RegionCatalog.Find(region).ValueOrThrow.Id;
        var pue = GetDecimal("pue", 1, 5);
        return code is null && id is null && intensity is null ? new Place(Pue: pue) : new Place(code, id, intensity, pue, PlaceOrigin.Given, "request");
    }

    double? GetDecimal(string name, double least, double most) => this[name] is not { } text ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw RequestProblemException.ForParameter(name, $"'{text}' is not a number from {least} to {most}", "Write it with a decimal point.");

    /// <summary>A time.</summary>
    public DateTimeOffset? GetTime(string name)
    {
        try
        {
            return this[name] is { } text ? QueryTime.Parse(text, _now) : null;
        }
        catch (FormatException error)
        {
            throw RequestProblemException.ForParameter(name, error.Message, "Times without a zone are UTC.");
        }
    }

    T? GetWord<T>(string name)
        where T : struct, Enum =>
        this[name] is not { } text ? null
        : char.IsAsciiLetter(text[0]) && !text.Contains(',') && Enum.TryParse<T>(text, ignoreCase: true, out var value) ? value
        : throw RequestProblemException.ForParameter(name, $"'{text}' is not known", $"There are {string.Join(", ", Enum.GetNames<T>().Select(word => word.ToLowerInvariant()))}.");
}
