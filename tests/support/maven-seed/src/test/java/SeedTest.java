public class SeedTest {
    @org.junit.Test
    public void one() {
        org.junit.Assert.assertEquals(1, Seed.one());
    }
}
