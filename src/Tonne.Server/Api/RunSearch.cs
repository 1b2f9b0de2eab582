using Tonne.Ledgers.Listing;

namespace Tonne.Server.Api;

/// <summary>Reads what part of the list of runs a request asks for, and answers with it.</summary>
static class RunSearch
{
    const int DefaultLimit = 50;
    const int MaxLimit = 500;

    static readonly string[] _sorts = [.. Enum.GetNames<RunSort>().Select(static name => name.ToLowerInvariant())];

    /// <summary>The parameters of a list.</summary>
    public static QueryParameters Parameters { get; } = QueryParameters.Runs.With(
        new("q", "Words that id, name, project, user, machine or tags must contain, each, in upper or lower case"),
        new("machine", "Only runs of this machine"),
        new("sort", $"{string.Join(", ", _sorts)}; with - before it the largest first. Default: -started"),
        new("offset", "Number of runs to leave out. Default: 0", IsNumber: true),
        new("after", "Where the part before ended, from its next: the list goes on there, however many runs were added meanwhile"),
        new("limit", $"Most runs, 1 to {MaxLimit}. Default: {DefaultLimit}", IsNumber: true));

    /// <summary>The runs that a request asks for.</summary>
    public static RunPageDocument Find(ApiRequest request, IRunDirectory runs)
    {
        var query = Read(request);
        var page = runs.Find(query);
        var end = query.Offset + page.Runs.Count;
        // A part that begins at a place is followed by another one if it is full: how many runs are before it may have changed.
        var isLast = page.Runs.Count == 0 || (query.After is null ? end >= page.Total : page.Runs.Count < query.Limit);
        var next = isLast ? null : GetNext(request, end, RunPosition.Of(page.Runs[^1], query.Sort));
        return new RunPageDocument(
            "tonne.run-page/1", page.Total, query.Offset, query.Limit, next, [.. page.Runs.Select(RunPageDocument.RunPart.From)]);
    }

    static RunListQuery Read(ApiRequest request)
    {
        var sort = request["sort"] ?? "-started";
        var name = sort.TrimStart('-');
        var index = sort.Length - name.Length > 1 ? -1 : Array.IndexOf(_sorts, name);
        if (index < 0)
        {
            throw RequestProblemException.ForParameter("sort", $"'{sort}' is not a column to sort by",
                $"There are {string.Join(", ", _sorts)}; with - before it the largest first.");
        }

        return new RunListQuery
        {
            Runs = request.GetRuns(),
            Words = RunListQuery.SplitWords(request["q"] ?? ""),
            Machine = request["machine"],
            Sort = Enum.GetValues<RunSort>()[index],
            IsDescending = sort[0] == '-',
            Offset = request.GetNumber("offset", 0, int.MaxValue, 0),
            Limit = request.GetNumber("limit", 1, MaxLimit, DefaultLimit),
            After = ReadAfter(request, Enum.GetValues<RunSort>()[index]),
        };
    }

    static RunPosition? ReadAfter(ApiRequest request, RunSort sort)
    {
        try
        {
            return request["after"] is { } text ? RunPosition.Parse(text, sort) : null;
        }
        catch (FormatException error)
        {
            throw RequestProblemException.ForParameter("after", error.Message, "Take it from next of the part before, and leave the sort as it is.");
        }
    }

    static string GetNext(ApiRequest request, int offset, RunPosition last)
    {
        var rest = request.Context.Request.Query.Where(pair => pair.Key is not ("offset" or "after"))
            .SelectMany(pair => pair.Value, static (pair, value) => KeyValuePair.Create(pair.Key, value));
        return request.Context.Request.Path + QueryString.Create(
            [.. rest, KeyValuePair.Create("offset", (string?)offset.ToString()), KeyValuePair.Create("after", (string?)last.Format())]).ToUriComponent();
    }
}
