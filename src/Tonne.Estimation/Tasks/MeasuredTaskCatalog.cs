using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Tasks;

/// <summary>The measured tasks, with lookup by name.</summary>
public static class MeasuredTaskCatalog
{
    const string Table = "inference_tasks.csv";

    static readonly Lazy<IReadOnlyList<MeasuredTask>> Rows = new(Read);

    /// <summary>All tasks, as in the table.</summary>
    public static IReadOnlyList<MeasuredTask> All => Rows.Value;

    /// <summary>Finds a task by name and model. Without a model it is the mean of a study's models, if there is one.</summary>
    /// <param name="task">For example <c>image-generation</c>, <c>Image classification</c>.</param>
    /// <param name="model">For example <c>sdxl</c>; null for any.</param>
    public static LookupResult<MeasuredTask> Find(string task, string? model)
    {
        var key = NameMatching.ToKey(task);
        var having = All.Where(row => NameMatching.ToKey(row.Task) == key).ToList();
        if (having.Count == 0)
            return new UnknownName("task", task, Ambiguous: false, NameMatching.FindNearest(task, All.Select(row => (NameMatching.ToKey(row.Task), row.Task))) is { Count: > 0 } near ? near : [.. All.Select(row => row.Task).Distinct(StringComparer.Ordinal)]);
        if (model is null)
            return having.Find(row => row.Model.Length == 0) is { } mean ? mean : new UnknownName("model", task, Ambiguous: true, [.. having.Select(row => row.Model)]);
        var wanted = NameMatching.ToKey(model);
        if (having.Find(row => row.Model.Length > 0 && NameMatching.ToKey(row.Model) == wanted) is { } exact)
            return exact;
        // The shortest name that begins with the text is used: "sdxl base" means SDXL base, and "sdxl" the model itself, not a distilled
        // version.
        var beginning = having.Where(row => row.Model.Length > 0 && NameMatching.ToKey(row.Model).StartsWith(wanted, StringComparison.Ordinal)).ToList();
        return beginning.Count switch
        {
            1 => beginning[0],
            > 1 when beginning.Find(row => NameMatching.ToKey(row.Model) == wanted + "base") is { } itself => itself,
            > 1 => new UnknownName("model", model, Ambiguous: true, [.. beginning.Select(row => row.Model)]),
            _ => new UnknownName("model", model, Ambiguous: false, having.Where(row => row.Model.Length > 0).Select(row => row.Model).ToList() is { Count: > 0 } named ? named : [$"none for {having[0].Task}: leave --model out"]),
        };
    }

    static List<MeasuredTask> Read()
    {
        var all = new List<MeasuredTask>();
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table, typeof(Training.TrainingCatalog).Assembly), "task,model,per,hardware,boundary,wh_low,wh_best,wh_high,source,note");
        while (rows.Read())
        {
            var (low, best, high) = (rows.GetNumber(5), rows.GetNumber(6), rows.GetNumber(7));
            if (!(low > 0 && low <= best && best <= high))
                throw rows.CreateFormatException("the bounds must satisfy 0 < low ≤ best ≤ high");
            var (task, model) = (rows.GetText(0), rows.GetText(1));
            var alone = rows.GetText(4) switch { "gpu" => true, "gpu+cpu+memory" => false, _ => throw rows.CreateFormatException("the boundary must be gpu or gpu+cpu+memory") };
            var name = model.Length == 0 ? task : model;
            all.Add(new MeasuredTask(task, model, rows.GetText(2), AcceleratorCatalog.Find(rows.GetText(3)).ValueOrThrow, alone,
                new Factor($"inference/task/{NameMatching.ToSlug(task)}/{(model.Length == 0 ? "mean" : NameMatching.ToSlug(model))}", $"energy of a {rows.GetText(2)}, {name}", "Wh", new Bounds(low, best, high), Quality.Modelled, SourceList.Find(rows.GetText(8)), rows.GetText(9))));
        }

        return all;
    }
}
